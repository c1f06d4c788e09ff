"""Reads a notebook file as a flow: an `.ipynb`, or a `.py` with `# %%` cells as jupytext writes it."""

from __future__ import annotations

import errno
import json
import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any

from nbflow.errors import NotANotebook
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.encoding import decode_source, without_coding
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.specs import FlowSource
from nbflow.notebook.jupytext_import import import_jupytext
from nbflow.run.program.star_names import look_beside
from nbflow.store.regular_file import read_regular

SUFFIXES = (".ipynb", ".py")
_MARKDOWN = (".md", ".markdown", ".rmd", ".qmd")


def read_notebook(path: Path) -> FlowSource:
    """Return the flow of a notebook, named after the file without its suffix. Outputs are not read.

    Raises NotANotebook, which says why and what to do, for anything but a Python notebook of format 4.
    """
    cells = list(read_cells(path))
    look_beside(path)
    return read_flow(cells, path.stem, path.name)


def read_cells(path: Path) -> Iterator[Cell]:
    """Yield the code cells of a notebook file."""
    return code_cells(_written(path, number, cell) for number, cell in enumerate(load_content(path)["cells"], start=1))


def _written(path: Path, number: int, cell: Any) -> Written:
    """Return a cell as the file has it. Its metadata may have any form, but it must have a text."""
    source = cell.get("source", "") if isinstance(cell, dict) else None
    lines: list[Any] = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        fix = "restore it from its last good version, or remove that cell"
        raise NotANotebook(path, f"its cell {number} has no text", fix)
    kind, key = cell.get("cell_type"), cell.get("id")
    return Written(
        kind if isinstance(kind, str) else "",
        "".join(lines),
        key if isinstance(key, str) else "",
        _tags(cell),
        cell.get("lines_above") if path.suffix == ".py" else None,
    )


@dataclass(frozen=True, slots=True)
class Written:
    """Holds a cell of any kind (`code`, `markdown`, `raw`) as a notebook or its front end has it."""

    kind: str
    source: str
    id: str = ""
    tags: frozenset[str] = frozenset()
    lines_above: int | None = None  # only in a text file


def code_cells(cells: Iterable[Written]) -> Iterator[Cell]:
    """Yield the code cells, numbered by their place among the cells of every kind, from 1.

    An id that several cells share is dropped, because it does not identify a cell.
    """
    every = list(cells)
    uses = Counter(cell.id for cell in every)
    above: list[str] = []
    for number, cell in enumerate(every, start=1):
        if cell.kind == "code":
            key = cell.id if uses[cell.id] == 1 else ""
            yield Cell(number, cell.source, key, cell.tags, "\n\n".join(above), cell.lines_above)
            above = []
        elif cell.kind == "markdown":
            above.append(cell.source)


def _tags(cell: dict[str, Any]) -> frozenset[str]:
    tags = _facts(cell, "metadata").get("tags")
    return frozenset(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else frozenset()


def _facts(of: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the dictionary of that name; an empty one if it is missing or something else."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def load_content(path: Path) -> dict[str, Any]:
    """Return a notebook file in the form of an `.ipynb`; its cells may be anything. Raises NotANotebook."""
    if path.suffix.lower() in _MARKDOWN and path.is_file():
        fix = f"let jupytext write it with # %% cells: jupytext --to py:percent {shlex.quote(str(path))}"
        raise NotANotebook(path, "it is a text notebook in Markdown", fix)
    content = _read_percent(path) if path.suffix == ".py" else _parse(path)
    if not isinstance(content, dict) or "nbformat" not in content:
        raise NotANotebook(path, "it is JSON, but not a notebook", "give the path of an .ipynb file")
    if content["nbformat"] == 4 and not isinstance(content.get("cells"), list):
        raise NotANotebook(path, "it has no list of cells", "restore it from its last good version")
    if content["nbformat"] != 4:
        fix = f"convert it: jupyter nbconvert --to notebook --nbformat 4 --inplace {path}"
        raise NotANotebook(path, f"it has notebook format {content['nbformat']}, and nbflow reads format 4", fix)
    language = _language(_facts(content, "metadata"))
    if language.lower() not in _PYTHON:
        raise NotANotebook(path, f"its language is {language}", "nbflow runs Python notebooks")
    return content


_PYTHON = ("python", "python3", "ipython", "ipython3", "")


def _language(metadata: dict[str, Any]) -> str:
    kernel, language = _facts(metadata, "kernelspec"), _facts(metadata, "language_info")
    return str(kernel.get("language") or language.get("name") or "")


def _parse(path: Path) -> Any:
    try:
        content = _bytes_of(path)
        if not content:
            raise NotANotebook(path, "it is empty", "make a notebook in JupyterLab, or restore this one")
        return json.loads(content)
    except UnicodeDecodeError:
        raise NotANotebook(path, "it is not text", "give the path of an .ipynb file") from None
    except (ValueError, RecursionError) as error:
        fix = "restore it from its last good version, or from .ipynb_checkpoints beside it"
        raise NotANotebook(path, f"its JSON is broken ({error})", fix) from None


def _bytes_of(path: Path) -> bytes:
    try:
        return read_regular(path)
    except FileNotFoundError:
        raise NotANotebook(path, "there is no such file", "check the path") from None
    except IsADirectoryError:
        raise NotANotebook(path, "it is a folder", "give the path of an .ipynb file") from None
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise NotANotebook(path, "it is not a regular file", "give the path of an .ipynb file") from None
        raise NotANotebook(path, f"it cannot be read ({error.strerror})", "check its permissions") from None


# text notebooks

MARKER = re.compile(r"^# ?%%(?:\s|$)", re.M)
_TEXT_MARKER = re.compile(r"^# ?%%.*\[(?:markdown|md|raw)\]")
_HEADED = re.compile(r"^# ?%%(?:step|parameters|shared|environment)\b", re.M)
_TITLE = re.compile(r"step\s+\w+(?:\s+--.*)?")
_JUPYTEXT = re.compile(r"\A(?:#!.*\n)?# ---\n# jupyter:", re.M)
_KERNEL = re.compile(r"^# +kernelspec:\n(#    +)\S.*\n(?:\1.*\n)*", re.M)
_LIGHT = re.compile(r"^# \+(?:\s|$)", re.M)
_HEADER = re.compile(r"^(?:# ?)?%%(?:step|parameters)\b|^#\|\s*(?:step|parameters)\b", re.M)
_COMMENTED = re.compile(r"\A(?:[ \t]*\n)*# ?(?=%%(?:step|parameters|shared|environment)\b)")
"""Matches a header that is commented out: jupytext comments all magics as soon as one of them is."""

_SCRIPT = re.compile(r"^class \w+\([^)]*\bFlowSpec\b", re.M)


def is_script(text: str) -> bool:
    """Tell whether the text of a `.py` file is a FlowSpec script. A script with step cells counts as a notebook."""
    return bool(_SCRIPT.search(text)) and not (_is_percent(text) and _HEADER.search(text))


def is_notebook(path: Path, text: str) -> bool:
    """Tell whether a file with this text is a notebook, or would be one if it were complete."""
    return path.suffix == ".ipynb" or (_is_percent(text) and not is_script(text))


def _is_percent(text: str) -> bool:
    headed = _HEADED.search(text) and not _LIGHT.search(text)
    return bool(_JUPYTEXT.match(text) or MARKER.search(text) or headed)


def _read_percent(path: Path) -> dict[str, Any]:
    """Return a `.py` notebook in the form of an `.ipynb`, as jupytext reads it."""
    try:
        text = without_coding(decode_source(_bytes_of(path)))
    except UnicodeError as error:
        raise NotANotebook(path, f"it is not text ({error})", "save it as UTF-8") from None
    _refuse_other_python(path, text)
    jupytext = import_jupytext()
    import yaml  # noqa: PLC0415 - as jupytext does; most notebooks are .ipynb files

    try:
        content: dict[str, Any] = jupytext.reads(with_markers(_with_whole_kernel(text)), {"extension": ".py"})
    except (ValueError, yaml.YAMLError) as error:
        fix = "let jupytext write it again: jupytext --to py:percent NOTEBOOK.ipynb"
        raise NotANotebook(path, f"jupytext cannot read it ({error})", fix) from None
    starts = _starts(text, content["cells"])
    for number, cell in enumerate(content["cells"], start=1):
        cell["lines_above"] = starts.get(number)
        cell["source"] = with_magic(_with_title(cell))
        cell["id"] = read_header(cell["source"]).name or f"cell-{number}"  # jupytext makes a new id at each reading
    return content


def with_magic(source: str) -> str:
    """Return a cell with its header as a magic; jupytext leaves it a comment where other magics are none."""
    return _COMMENTED.sub("", source, count=1)


def with_markers(text: str) -> str:
    """Add a line `# %%` above each header that has none, so that the header begins its cell.

    A line in a string is no header, and neither is one in a cell of text, unless code follows it there.
    """
    from jupytext.stringparser import StringParser  # noqa: PLC0415 - as jupytext does; most notebooks are .ipynb files

    lines, found, strings = text.split("\n"), list[str](), StringParser("python")
    above = _Above.CODE
    for number, line in enumerate(lines):
        if not strings.is_quoted():
            is_header = bool(_HEADED.match(line)) and (above is not _Above.TEXT or _leads_code(lines, number))
            if is_header and above is not _Above.COMMENTS:
                found.append("# %%")
            above = _Above.COMMENTS if is_header else _next(above, line)
        strings.read_line(line)
        found.append(line)
    return "\n".join(found)


class _Above(Enum):
    """Says what stands above a line in its cell."""

    COMMENTS = auto()  # at most comments and magics, so that a header may follow
    CODE = auto()
    TEXT = auto()  # it is a cell of text


def _next(above: _Above, line: str) -> _Above:
    if MARKER.match(line):
        return _Above.TEXT if _TEXT_MARKER.match(line) else _Above.COMMENTS
    is_code = line.strip() and not line.startswith(("#", "%", "!"))
    return _Above.CODE if above is _Above.COMMENTS and is_code else above


def _leads_code(lines: Sequence[str], number: int) -> bool:
    """Tell whether code follows a line of a cell of text, in which each line is a comment."""
    for line in lines[number + 1 :]:
        if MARKER.match(line) or _HEADED.match(line):
            return False
        if line.strip() and not line.startswith("#"):
            return True
    return False


def _with_title(cell: Any) -> str:
    """Return the text of a cell, below its title if the title may be meant as a header, so that a check reports it."""
    title = cell["metadata"].get("title")
    return f"# %% {title}\n{cell['source']}" if title and _TITLE.fullmatch(title) else str(cell["source"])


def _with_whole_kernel(text: str) -> str:
    """Add to the jupytext header the kernel fields that jupytext requires and nbflow does not."""
    return _KERNEL.sub(_complete, text, count=1) if _JUPYTEXT.match(text) else text


def _complete(kernel: re.Match[str]) -> str:
    missing = (key for key in ("display_name", "name") if f" {key}:" not in kernel[0])
    return kernel[0] + "".join(f"{kernel[1]}{key}: python3\n" for key in missing)


def _refuse_other_python(path: Path, text: str) -> None:
    if is_script(text):
        script, notebook = shlex.quote(str(path)), shlex.quote(path.with_suffix(".ipynb").name)
        fix = f"run it with  python {script} run,  or make a notebook of it with  nbflow import {script} {notebook}"
        raise NotANotebook(path, "it is a FlowSpec script", fix)
    if _LIGHT.search(text) and not _is_percent(text):
        fix = f"let jupytext write it with # %% cells: jupytext --to py:percent {shlex.quote(str(path))}"
        raise NotANotebook(path, "its cells begin with # +, jupytext's light format", fix)
    if not _is_percent(text):
        raise NotANotebook(path, "it has no cells", "begin each cell with a line  # %%  as jupytext does")


# where the cells of a text notebook stand


def segments(text: str) -> tuple[str, list[str]]:
    """Return the text above the first cell, and the cells with their markers. Code above all markers is a cell too."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if MARKER.match(line)]
    head = _head(lines, starts[0] if starts else len(lines))
    if any(line.strip() for line in lines[head : starts[0] if starts else None]):
        starts.insert(0, head)
    ends = [*starts[1:], len(lines)]
    return "\n".join(lines[: starts[0] if starts else head]), [
        "\n".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)
    ]


def _head(lines: Sequence[str], first: int) -> int:
    """Return the number of lines that jupytext's header takes, with what is above it."""
    start = 1 if lines and lines[0].startswith("#!") else 0
    if lines[start : start + 1] != ["# ---"]:
        return start
    end = next((number for number in range(start + 1, first) if lines[number] == "# ---"), start)
    return end + 1


def _starts(text: str, cells: Sequence[Any]) -> Mapping[int, int]:
    """Return how many lines are above the code of each cell, if jupytext has read the text without changes there."""
    above, parts = segments(text.replace("\r\n", "\n"))
    if len(parts) != len(cells):
        return {}
    line, found = above.count("\n") + 1 if above else 0, dict[int, int]()
    for number, (part, cell) in enumerate(zip(parts, cells, strict=True), start=1):
        first, _, rest = part.partition("\n")
        marked = bool(MARKER.match(first))
        code = rest if marked else part
        if code.split("\n")[0].lstrip("# ") == str(cell["source"]).split("\n")[0].lstrip("# "):
            found[number] = line + marked
        line += part.count("\n") + 1
    return found
