"""Whatever the cells: the code stays what it was, top to bottom, and a second time changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.notebook.init.files import Wishes, plan_notebook, write_flow

CODE = st.sampled_from([
    "import numpy as np", "import math, random", "def f(x):\n    return x + k", "class A:\n    n = 0", "k = 3",
    "x = f(k)", "x = x + 1", "y = helper(x)", "print(x)", "x", "items = []", "items.append(x)",
    "gen = (i for i in items)", "a = next(gen)", "%matplotlib inline", "%%time\nz = f(2)", "%%bash\nls", "!ls",
    "x = = 1", "", "# only a comment",
    "for i in range(3):\n    x += i", "%%step old\nq = 1", "#| step: other\nr = q", "%%parameters\np: int = 3", "del x",
    "N = 5\nSEED = 1", "with open('x') as file:\n    text = file.read()", "x = 1;", "random.seed(1)", "random.random()",
    "  indented = 1", "np.set_printoptions(precision=2)\nv = f(1)", "%load_ext nbflow",
    "try:\n    w\nexcept NameError:\n    w = 1",
    "s = '''\n# %%\n'''", "t = f(1)\n", "\n\nu = f(2)", "é = f('ü')", "import numpy as np\nu = np.arange(f(3))",
])  # fmt: skip
TEXT = st.sampled_from(["# Title", "## Load the data", "Some *words*.", "", "| a |\n|---|"])
CELLS = st.lists(st.one_of(st.tuples(st.just("code"), CODE), st.tuples(st.just("markdown"), TEXT)), max_size=12)
WISHES = st.builds(Wishes, st.sampled_from(["magic", "comment"]), st.booleans(), st.booleans())
OURS = ("%%step", "#| step:", "%%parameters", "#| parameters", "%load_ext nbflow")
TIMING = "%%time"
"""What steps need no more."""


def notebook(cells: list[tuple[str, str]]) -> str:
    facts: list[dict[str, Any]] = []
    for number, (kind, source) in enumerate(cells):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"c{number}", "metadata": {"of": number}, "source": source}
        if kind == "code":
            cell |= {"execution_count": number, "outputs": [{"output_type": "stream", "text": f"{number}é"}]}
        facts.append(cell)
    return json.dumps({"cells": facts, "metadata": {"x": 1e-5}, "nbformat": 4, "nbformat_minor": 5}, indent=2)


def code(cells: list[dict[str, Any]]) -> list[str]:
    """The lines of all code cells, without those that nbflow adds or drops."""
    lines = (line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines())
    return [line for line in lines if line.strip() and not line.startswith((*OURS, TIMING))]


def pick(cells: list[dict[str, Any]], kind: str, key: str) -> list[Any]:
    return [cell[key] for cell in cells if cell["cell_type"] == kind]


@settings(deadline=None, max_examples=60)
@given(CELLS, WISHES)
def test_code_texts_and_outputs_stay_and_a_second_time_changes_nothing(
    cells: list[tuple[str, str]], wishes: Wishes
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "n.ipynb")
        path.write_text(notebook(cells))
        before = json.loads(path.read_text())["cells"]
        write_flow(path, plan_notebook(path, wishes), wishes, None)
        after = json.loads(path.read_text())["cells"]
        assert code(after) == code(before)
        assert pick(after, "markdown", "source") == pick(before, "markdown", "source")
        outputs = [one for cell in pick(before, "code", "outputs") for one in cell]
        assert [one for cell in pick(after, "code", "outputs") for one in cell] == outputs
        written = path.read_bytes()
        again = plan_notebook(path, wishes)
        write_flow(path, again, wishes, None)
        assert path.read_bytes() == written


@pytest.mark.parametrize("form", ["magic", "comment"])
def test_untouched_cells_and_all_around_them_stay_to_the_byte(tmp_path: Path, form: str) -> None:
    """Numbers and escapes as nobody writes them, unknown fields, a byte order mark, no line end at the end."""
    path = tmp_path / "n.ipynb"
    text = (
        '\ufeff{"nbformat_minor" : 4,"nbformat":4, "metadata":{"a":1E5, "\\u0061":"\\u00e9"},\r\n'
        ' "cells":[ {"cell_type":"code","source":"x = f()" ,"metadata":{"unknown":[1.0]},"outputs":[],"odd":null},'
        '{"source":[\r\n"import math\\n",\r\n"print(x)"],"cell_type":"code","metadata":{},"outputs":[ ] } ] }'
    )
    path.write_bytes(text.encode())
    wishes = Wishes(form)
    write_flow(path, plan_notebook(path, wishes), wishes, None)
    header = "%%step x" if form == "magic" else "#| step: x"
    expected = text.replace('"x = f()"', f'"{header}\\nx = f()"')
    written = re.sub(r', "nbflow": {"id": "[0-9a-f-]{36}"}', "", path.read_bytes().decode(), count=1)
    start = written.index('{"cell_type": "code", "execution_count"')
    end = written.index('{"cell_type":"code"')
    assert written[:start] + written[end:] == expected
