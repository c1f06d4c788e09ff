"""Rewrites IPython lines and cells as the Python that is executed in their place.

The same text is analysed and executed. A line that only IPython can execute becomes the call that IPython makes for it.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NoReturn

SHELL_CALL = "get_ipython()"
TOLD = "; print("
"""The code that begins the output of a rewritten magic, for example of `%env`."""
CAPTURE = "__import__('IPython.utils.capture').utils.capture.capture_output"

_LINE = re.compile(
    r"(?P<margin>\s*)(?P<target>(?:[\w.,\s*()]|\[[^\]]*\])+=\s*)?(?P<escape>!!?|%%?|\?\??)\s*(?P<rest>.*)", re.DOTALL
)
_HELP = re.compile(r"(\s*)%{0,2}[\w.*\[\]-]+\?\??\s*")
_NOT_PLAIN = re.compile(r"[${}]")


Goes = Literal["own cell", "ordinary cell", "nowhere", ""]
"""Where a line may go that cannot be part of a step; "" if that is for the user to decide."""


class MagicRefused(Exception):
    """Raised for an IPython line that cannot be part of a step. `goes` says what becomes of it."""

    def __init__(self, reason: str, fix: str, goes: Goes = "") -> None:
        super().__init__(reason)
        self.reason, self.fix, self.goes = reason, fix, goes


_ELSEWHERE = "Move it to an ordinary cell, which the kernel runs and a flow leaves out"


@dataclass(frozen=True, slots=True)
class Line:
    """Holds the parts of `margin target = %name rest`. The name of a shell line `!rest` is `!`."""

    margin: str
    target: str
    name: str
    rest: str

    @property
    def run(self) -> str:
        """Return the call that IPython makes for this line."""
        return f"{SHELL_CALL}.run_line_magic({self.name!r}, {self.rest!r})"


def read_line(text: str) -> Line | None:
    """Return the parts of an IPython line, or None for a line of Python."""
    if helped := _HELP.fullmatch(text):
        return Line(helped[1], "", "?", "")
    found = _LINE.fullmatch(text)
    if found is None or (found["target"] and found["escape"].startswith("?")):
        return None
    name, rest = found["escape"], found["rest"].rstrip()
    if name.startswith("?"):
        name = "?"
    elif name.startswith("%"):
        name, _, rest = rest.partition(" ")
        name = found["escape"][1:] + name
    return Line(found["margin"], found["target"] or "", name, rest.strip())


def as_automatic(text: str) -> str:
    """Return the only line of a cell as a magic if IPython would take its first word for one: `pip install x`."""
    name, _, rest = text.strip().partition(" ")
    is_magic = name.isidentifier() and name in _LINES and not rest.lstrip().startswith(("=", ","))
    return f"%{text.strip()}" if is_magic else text


def plain_line(line: Line, files: Mapping[str, Sequence[str]] = MappingProxyType({})) -> str:
    """Return the Python for an IPython line.

    `files` maps each file that `%run` may execute to the names that it binds. Raises MagicRefused.
    """
    if line.name.startswith("%"):
        raise MagicRefused(
            "must be the first line of a cell, but is in the middle of one", "Give it its own cell", "own cell"
        )
    if line.name == "run" and line.rest in files and not line.target:
        return f"{line.margin}{_run(line.rest, files[line.rest])}"
    if line.name == "run" and re.fullmatch(r"[^-\s]\S*\.py", line.rest):
        raise MagicRefused("runs a file that is not there, or is not Python", "Correct its name or its text")
    if line.name not in _LINES:
        refuse(line.name)
    python = _LINES[line.name](line)
    if line.target and python == "pass":
        raise MagicRefused("has no value in a step", _ELSEWHERE)
    return f"{line.margin}{line.target}{python}"


def refuse(name: str) -> NoReturn:
    """Raise MagicRefused for a magic that no step can use."""
    reason = _REASONS.get(name, "is a magic that worker processes do not have")
    if name in _FIXES:
        raise MagicRefused(reason, _FIXES[name], "nowhere" if _FIXES[name] == _DELETED else "")
    raise MagicRefused(reason, f"{_ELSEWHERE}, or write it in Python", "ordinary cell")


# the Python for each kind of line

Plain = Callable[[Line], str]


def _nothing(_line: Line) -> str:
    return "pass"


def _as_ipython(line: Line) -> str:
    return line.run


def _system(line: Line) -> str:
    """Return the call for a shell line. `!mkdir -p folder` becomes a call that several workers may make at once."""
    made = re.fullmatch(r"mkdir\s+-p\s+([\w./-]+)", line.rest)
    if made and not line.target:
        return f"__import__('os').makedirs({made[1]!r}, exist_ok=True)"
    return f"{SHELL_CALL}.{'getoutput' if line.target else 'system'}({line.rest!r})"


def _output(line: Line) -> str:
    return f"{SHELL_CALL}.getoutput({line.rest!r})"


_OPTIONS = {
    "time": "(?:--no-raise-error\\s+)?",
    "prun": r"(?:-(?:[rq]+|[lsTD]\s*\S+)\s+)*",
    "memit": r"(?:-(?:[io]+|[rtc]\s*\S+)\s+)*",
    "mprun": r"(?:-(?:[rc]+|[fT]\s*\S+)\s+)*",
    "lprun": r"(?:-(?:[rz]+|[fmDTsu]\s*\S+)\s+)*",
}


def _statement(line: Line) -> str:
    """Return the measured statement itself, so that its names are bound."""
    if line.target and line.name != "time":
        raise MagicRefused("has no value in a step", _ELSEWHERE)
    return re.sub(rf"^{_OPTIONS[line.name]}", "", line.rest) or "pass"


def _environment(line: Line) -> str:
    found = re.fullmatch(r"(\w+)(?:\s*=\s*|\s+)(.*)", line.rest)
    if found is None:
        if not line.rest:
            return "dict(__import__('os').environ)"
        return f"__import__('os').environ.get({line.rest!r})" if line.rest.isidentifier() else line.run
    name, value = found.groups()
    return (
        f"__import__('os').environ[{name!r}] = {_text(value)}{TOLD}'env: {name}=' + __import__('os').environ[{name!r}])"
    )


def _folder(line: Line) -> str:
    quiet = re.match(r"-q(?:\s+|$)", line.rest)
    folder = line.rest[quiet.end() if quiet else 0 :].strip("'\"") or "~"
    if folder.startswith("-"):
        raise MagicRefused("changes to a folder that only the kernel session knows", "Name the folder")
    path = _text(folder)
    if folder.startswith("~"):
        path = f"__import__('os').path.expanduser({path})"
    told = "" if quiet else f"{TOLD}__import__('os').getcwd())"
    return f"__import__('os').chdir({path}){told}"


def _text(text: str) -> str:
    """Return the text as Python; IPython fills in the values of names if the text refers to any."""
    return f"{SHELL_CALL}.var_expand({text!r})" if _NOT_PLAIN.search(text) else repr(text)


def _pylab(line: Line) -> str:
    """Return the imports that IPython executes for `%pylab`."""
    names = "import numpy, matplotlib; from matplotlib import pylab, mlab, pyplot; import numpy as np; plt = pyplot"
    names = f"{names}; from IPython.core.pylabtools import figsize, getfigs"
    return names if "--no-import-all" in line.rest else f"{names}; from pylab import *; from numpy import *"


def _run(file: str, names: Sequence[str]) -> str:
    """Return the code that runs a file in its own namespace and binds its names in the cell, as IPython does."""
    run = f"__import__('runpy').run_path({file!r}, run_name='__main__')"
    return f"[{', '.join(names)}] = map({run}.__getitem__, {list(names)})" if names else run


def _delete(line: Line) -> str:
    return f"del {line.rest.removeprefix('-n').strip()}"


def _working_folder(_line: Line) -> str:
    return "__import__('os').getcwd()"


def _each(words: str, plain: Plain) -> Mapping[str, Plain]:
    return dict.fromkeys(words.split(), plain)


_LINES: Mapping[str, Plain] = {
    **_each("? pinfo pinfo2 pdoc pdef psource pfile psearch pycat page who whos who_ls lsmagic quickref", _nothing),
    **_each("matplotlib config load_ext reload_ext unload_ext autoreload aimport precision gui pprint", _nothing),
    **_each("xmode colors doctest_mode automagic autocall autoawait autosave autoindent code_wrap pdb", _nothing),
    **_each("alias_magic bookmark dirs dhist logstart logstop logon logoff logstate load loadpy notebook", _nothing),
    **_each("save pastebin killbgscripts rehashx watermark reload_kedro", _nothing),
    **_each("timeit pip conda mamba micromamba uv alias", _as_ipython),
    **_each("ls ll lf lk ldir lx cat cp mv rm rmdir mkdir less more man", _as_ipython),
    **_each(" ".join(_OPTIONS), _statement),
    **_each("! system", _system),
    **_each("!! sx", _output),
    **_each("env set_env", _environment),
    "cd": _folder,
    "pwd": _working_folder,
    "pylab": _pylab,
    "xdel": _delete,
}
"""The function that rewrites each line magic; `!` stands for a shell line, `?` for a question about a name."""

_SESSION = "Do this in an ordinary cell"
_REASONS: Mapping[str, str] = {
    **dict.fromkeys(("debug", "tb"), "inspects an error of the kernel session, which a worker process does not have"),
    **dict.fromkeys(("history", "hist", "recall", "rep", "rerun", "macro"), "needs the history of the kernel session"),
    **dict.fromkeys(("edit", "ed"), "opens an editor, but a worker process has no screen"),
    **dict.fromkeys(("reset", "reset_selective"), "deletes names of the kernel session; a step has its own"),
    "store": "keeps values between sessions, as the store of nbflow does for every step",
    "run": "runs what nbflow cannot read",
    **dict.fromkeys(("cython", "cython_inline"), "compiles code that nbflow cannot read"),
    **dict.fromkeys(("R", "Rpush", "Rpull", "julia", "octave"), "runs another language inside the kernel process"),
    **dict.fromkeys(
        ("step", "parameters", "shared", "environment"), "must be the first line of a cell, but is in the middle of one"
    ),
}
_DELETED = "Delete the line"
_FIXES: Mapping[str, str] = {
    **dict.fromkeys(("debug", "tb", "edit", "ed", "history", "hist", "recall", "rep", "rerun", "macro"), _SESSION),
    **dict.fromkeys(("reset", "reset_selective"), "Write del NAME for each name to delete"),
    "store": _DELETED,
    "run": "Run a .py file beside the notebook, without options or arguments, or import what you need from it",
}


# cells


@dataclass(frozen=True, slots=True)
class CellMagic:
    """Holds the parts of a cell magic: `%%name rest`, with all lines below it as `body`."""

    name: str
    rest: str
    body: str

    @property
    def run(self) -> str:
        """Return the call that IPython makes for this cell."""
        return f"{SHELL_CALL}.run_cell_magic({self.name!r}, {self.rest!r}, {self.body!r})"


TRANSPARENT = frozenset({"time", "prun", "memit", "mprun", "lprun", "capture"})
"""The cell magics whose bodies are executed in place, as ordinary cell code."""

PYTHON_MAGICS = TRANSPARENT | {"timeit"}
"""The cell magics whose bodies are Python."""


def read_cell(first: str, below: Iterable[str]) -> CellMagic:
    """Return the cell magic whose first line is `first`, with the lines below it as its body."""
    name, _, rest = first.strip()[2:].strip().partition(" ")
    return CellMagic(name, rest.strip(), "".join(f"{line}\n" for line in below))


def plain_cell(cell: CellMagic) -> str:
    """Return the line of Python for a cell magic, or for the first line of a transparent one. Raises MagicRefused."""
    if cell.name == "capture":
        return _capture(cell)
    if cell.name in TRANSPARENT:
        return ""
    if cell.name in _SHOWN:
        return f"display(__import__('IPython.display').display.{_SHOWN[cell.name]}({cell.body!r}))"
    if cell.name in _RUN:
        return "".join(f"{name} = " for name in _bound_by(cell)) + ("''; " if _bound_by(cell) else "") + cell.run
    refuse(cell.name)


_SHOWN = {
    "html": "HTML", "HTML": "HTML", "svg": "SVG", "SVG": "SVG", "javascript": "Javascript", "js": "Javascript",
    "latex": "Latex", "markdown": "Markdown",
}  # fmt: skip
COMMENTED = frozenset(("bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy", "system", "sx", "!"))
"""The cell magics that run scripts in which a `#` begins a comment."""

_SCRIPTS = COMMENTED | {"script"}
_RUN = _SCRIPTS | {"timeit", "writefile", "file"}


def _bound_by(cell: CellMagic) -> tuple[str, ...]:
    """Return the names that the options of a script magic bind to its output."""
    if cell.name not in _SCRIPTS:
        return ()
    return tuple(re.findall(r"--(?:out|err|proc)(?:=|\s+)([^\W\d]\w*)", cell.rest))


def _capture(cell: CellMagic) -> str:
    """Return a `with` statement without a body. When the cell is compiled, all that follows becomes its body."""
    words = shlex.split(cell.rest)
    streams = ", ".join(str(f"--no-{name}" not in words) for name in ("stdout", "stderr", "display"))
    names = [word for word in words if not word.startswith("-")]
    return f"with {CAPTURE}({streams}){f' as {names[0]}' if names else ''}: pass"


def is_capture(node: ast.With) -> bool:
    """Return whether a `with` statement is a rewritten `%%capture`."""
    return ast.unparse(node.items[0].context_expr).startswith(CAPTURE)
