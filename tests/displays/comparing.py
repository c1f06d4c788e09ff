"""Small cells, and what they show in a kernel and as steps, made equal where nobody could tell beforehand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from nbflow.run.output.outputs import Output, settle_outputs
from tests.flows import Shape
from tests.run.driving import task
from tests.run.running import Place

BODIES = Path(__file__).parent / "bodies"
MISSING = {name for name in ("bokeh", "polars", "seaborn", "sympy") if find_spec(name) is None}
"""Libraries whose cells are compared where somebody has installed them."""


def bodies() -> dict[str, str]:
    """The cells by name; each begins with `# %% NAME`."""
    text = "".join(path.read_text() for path in sorted(BODIES.glob("*.py")))
    parts = re.split(r"^# %% (\w+)\n", text, flags=re.M)[1:]
    cells = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: body.strip("\n") for name, body in cells.items() if not MISSING & set(re.findall(r"\w+", body))}


def shown_by_kernel(cells: Mapping[str, str], folder: Path) -> dict[str, list[Output]]:
    """Execute them as a notebook. Each has one line more, as it has as a step, so that lines have equal numbers."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(_with(f"# step {n}", cells[n])) for n in cells])
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(book, kernel_name="python3", allow_errors=True, resources=resources, timeout=120).execute()
    return {name: cell.outputs for name, cell in zip(cells, book.cells, strict=True)}


def shown_by_steps(cells: Mapping[str, str], folder: Path) -> dict[str, list[Output]]:
    """Run them as the steps of one flow. A failure is an output that no kernel has."""
    texts = [_with(f"%%step {name}", body) for name, body in cells.items()]
    ran = Place(folder).run(Shape("flow", "\n---\n".join(texts), {}))
    results = {name: ran.results[task(name)] for name in cells}
    return {
        name: [*one.outputs, *([{"output_type": "failure", "text": one.failure.traceback}] if one.failure else [])]
        for name, one in results.items()
    }


def _with(first: str, body: str) -> str:
    """What has to be the first line stays so in a kernel, and there is none in these cells."""
    return f"{first}\n{body}"


def comparable(outputs: Iterable[Output], folder: Path) -> list[dict[str, Any]]:
    """The messages but for execution counts, ids, addresses in memory, and where a cell says that it stands."""
    kept = [{name: output[name] for name in _FIELDS if name in output} for output in outputs]
    text = json.dumps(list(_joined(kept)), ensure_ascii=False)
    for pattern, name in ((re.escape(str(folder)), "FOLDER"), *_ACCIDENTAL):
        text = re.sub(pattern, name, text)
    found: list[dict[str, Any]] = json.loads(text)
    return found


_FIELDS = ("output_type", "name", "text", "data", "metadata", "ename", "evalue")
_ACCIDENTAL = (
    (r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b|0x[0-9a-f]{6,}", "ID"),
    (r"(sk-container-id|sk-estimator-id)-\d+", r"\1"),
    (r"/tmp/ipykernel_\d+/\d+\.py|flow\.ipynb · step \w+ · cell \d+", "PLACE"),
    (r"# step \w+|%%step \w+", "HEADER"),
)


def _joined(outputs: Iterable[Output]) -> Iterable[Output]:
    """Both streams between two displays as they are at their end: a kernel sends them as it likes."""
    streams: dict[str, Output] = {}
    for output in [*outputs, {"output_type": "end"}]:
        if output["output_type"] == "stream":
            streams.setdefault(output["name"], {**output, "text": ""})["text"] += output["text"]
        else:
            between = [streams[name] for name in sorted(streams)]
            settle_outputs(between)
            yield from between
            streams.clear()
            yield output
