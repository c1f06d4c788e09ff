"""Reads the first line of a cell: `%%step NAME --option value …` or `#| step: NAME --option value …`.

`read_header` is the entry. It finds the header among the comments and magics on top of a cell, splits it at ` --`, and
passes each option to its reader in `STEP_OPTIONS`. Every mistake becomes a `Fault`.
"""

from __future__ import annotations

import difflib
import keyword
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from nbflow.errors import HeaderError
from nbflow.flow.source.ipython import COMMENTED, PYTHON_MAGICS
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.specs import Foreach, Guard, Options
from nbflow.flow.syntax.step_options import EXCLUSIVE_OPTIONS, STEP_OPTIONS, StepOption


class CellKind(StrEnum):
    """Says what a cell is for."""

    STEP = "step"
    PARAMETERS = "parameters"
    SHARED = "shared"
    ENVIRONMENT = "environment"
    FOREIGN = "foreign"  # another cell magic
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Fault:
    """Says one thing that is wrong with a header, and how to correct it.

    `instead` is what to write in the place of which words; `splits` says that a new cell begins with the line.
    """

    message: str
    fix: str
    warning: bool = False
    line: int = 0  # line of the cell, if it is not the line of the header
    instead: tuple[str, str] | None = None
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Header:
    """Holds what the first line of a cell says. `line` is its number; a cell without a header has line 0."""

    kind: CellKind = CellKind.ORDINARY
    line: int = 0
    name: str = ""
    magic: str = ""  # name of the magic of a foreign cell
    environment: str = ""  # the name that an environment gets
    comment: bool = False  # written as `#| …`
    after: tuple[str, ...] = ()
    foreach: Foreach | None = None
    join: str | None = None
    guard: Guard | None = None
    loop: str | None = None
    reads: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    language: str = ""  # "" for Python
    connection: str = ""  # for SQL: the name of a database connection
    options: Options = field(default_factory=Options)
    faults: tuple[Fault, ...] = ()


def read_header(source: str) -> Header:
    """Read the header of a cell from the comments and magics on top of it.

    The header is the first of these lines, or stands below lines that may also be part of the body: comments, `%%time`,
    `%%capture`, line magics; as a comment also directly below `%%bash`. Faults are collected and never raised.
    """
    top = [*_top(source)]
    wrapping: Header | None = None
    ordinary = Header()
    for line, text in top:
        header = _read_line(text)
        if header.kind is CellKind.ORDINARY:
            ordinary = replace(header, faults=(*ordinary.faults, *header.faults))
        elif header.kind is not CellKind.FOREIGN:
            return replace(header, line=line, faults=(*header.faults, *_below(source, top)))
        elif wrapping is None:
            wrapping = replace(header, line=line)
            if header.magic not in PYTHON_MAGICS:
                below = _read_line(dict(top).get(line + 1, "")) if header.magic in COMMENTED else Header()
                if below.comment and below.kind is CellKind.STEP:
                    return replace(below, line=line + 1)
                return replace(wrapping, faults=(*header.faults, *_below(source, top)))
    found = wrapping or ordinary
    return replace(found, faults=(*found.faults, *_misplaced(top), *_below(source, top)))


def _read_line(text: str) -> Header:
    """Read one line, and return an ordinary header if the line is not a header."""
    if option := re.match(r"#\|\s*([\w-]+)\s*:?(.*)", text):
        return replace(_read(option[1], option[2].strip(), magic=False), comment=True)
    if (loose := _LOOSE.fullmatch(text)) and not text.startswith("#"):
        word, _, rest = " ".join(loose[1].split()).partition(" ")
        return _read(word, rest, magic=True)
    if text.startswith("%%"):
        word, _, rest = text[2:].partition(" ")
        return _read(word, rest.strip(), magic=True)
    return Header()


def rest_of(line: str) -> str:
    """Return the part of a header line that follows `step`, `parameters`, `shared` or `environment`."""
    return re.sub(r"^(?:#\s*\|\s*|%%?\s*)(?:step|parameters|shared|environment)[\s:]*", "", line.strip())


_HEADER = re.compile(r"(?:# ?)?%%(step [a-zA-Z]\w*(?: --.*)?|parameters|shared|environment(?: \w+)?)")


def _below(source: str, top: Sequence[tuple[int, str]]) -> Iterator[Fault]:
    """Yield a fault for each header in the middle of a cell, where it has no effect: a line that starts a new cell is
    missing.
    """
    if "%%" not in source:
        return
    above = max((number for number, _ in top), default=0)
    for number, line in enumerate(lines_of(source)[above:], above + 1):
        if _HEADER.fullmatch(line.rstrip()):
            fix = "Start a new cell with this line; in a text notebook, write a line  # %%  above it"
            message = f"'{line.strip()}' is in the middle of a cell, so it is not a header"
            yield Fault(message, fix, True, number, splits=True)


def _top(source: str) -> Iterator[tuple[int, str]]:
    """Yield the numbers and texts of the comments and magics on top of a cell, up to its first line of Python."""
    for number, line in enumerate(lines_of(source), 1):
        if text := line.strip():
            yield number, text
            if not text.startswith(("#", "%", "!")):
                return


_LOOSE = re.compile(r"(?:#\s*)?%%?\s*(step\s+\w+(?=\s+--|$).*|parameters$|shared$|environment(?:\s+\w+)?$)")
"""Matches a header behind a `#`, with only one `%`, or with an extra space or tab."""


def _misplaced(top: Sequence[tuple[int, str]]) -> Iterator[Fault]:
    """Yield a fault for each header behind a `#` on top of a cell: it is not clear whether it is meant as a header."""
    for line, text in top:
        if found := _LOOSE.fullmatch(text):
            right, title = f"%%{' '.join(found[1].split())}", text.startswith("# %% ")
            message = f"'{text}' is not an nbflow header here"
            yield Fault(message, f"Write  {right}  as the first line", title, line, (text, right))


def _read(word: str, rest: str, *, magic: bool) -> Header:
    match word:
        case "step":
            return _read_step(rest)
        case "environment":
            named = _with_name(Header(), rest, "an environment") if rest else Header()
            return Header(CellKind.ENVIRONMENT, environment=named.name, faults=named.faults)
        case "shared" if re.fullmatch(r"--lang\s+[rR]", rest):
            return Header(CellKind.SHARED, language="R")
        case "parameters" | "shared":
            faults = (_surplus(word, rest),) if rest else ()
            return Header(CellKind(word), faults=faults)
        case _:
            kind = CellKind.FOREIGN if magic else CellKind.ORDINARY
            return Header(kind, magic=word, faults=_near_miss(word, magic=magic))


def _surplus(word: str, rest: str) -> Fault:
    options = "no option but --lang R" if word == "shared" else "no options"
    fix = f"Delete '{rest}'; {word} cells take {options}"
    return Fault(f"'{rest}' after {word} has no meaning", fix, instead=(rest, ""))


def _near_miss(word: str, *, magic: bool) -> tuple[Fault, ...]:
    near = difflib.get_close_matches(word, ["step", "parameters", "shared", "environment"], 1, 0.7)
    if not near or word.endswith("?"):  # `%%step?` asks for help
        return ()
    wrong, right = (f"%%{word}", f"%%{near[0]}") if magic else (f"#| {word}", f"#| {near[0]}")
    fix = f"Write {right} if this cell is meant for nbflow"
    return (Fault(f"'{wrong}' is not an nbflow header", fix, True, instead=(wrong, right)),)


# options of steps

_OF_TASKS = frozenset(one.name for one in fields(Options))
"""The fields of `Options`; other options set a field of the header."""


_OF_METAFLOW = {
    "catch": "--allow-failures 10%",
    "resources": "--cpu 2, --gpu 1 or --memory 4GB",
    "pypi": '--env "pandas==2.2"',
    "conda": '--env "pandas==2.2"',
}


def _read_step(text: str) -> Header:
    name, *options = re.split(r"(?:^|\s)--(?=[A-Za-z])", text)
    header = _with_name(Header(CellKind.STEP), name.strip())
    seen: list[str] = []
    for option in options:
        found = re.match(r"([\w-]+)(?:\s+|=(?!=)|$)", option)
        word = found[1] if found else option
        header = _with_option(header, word, option[found.end() if found else len(word) :].strip(), seen)
        seen.append(word)
    return _with_contradictions(header, seen)


def _with_name(header: Header, name: str, what: str = "a step") -> Header:
    if not name:
        return _with_fault(header, Fault("the step has no name", "Write a name after step, such as %%step clean"))
    if not name.isidentifier() or keyword.iskeyword(name):
        close = re.sub(r"\W+", "_", name).strip("_")
        good = close if close.isidentifier() and not keyword.iskeyword(close) else "clean"
        fix = f"Write one Python identifier, such as {good}"
        return _with_fault(header, Fault(f"'{name}' cannot name {what}", fix, instead=(name, good)))
    return replace(header, name=unicodedata.normalize("NFKC", name))


def _with_fault(header: Header, fault: Fault) -> Header:
    return replace(header, faults=(*header.faults, fault))


def _with_option(header: Header, word: str, value: str, seen: list[str]) -> Header:
    try:
        if word in seen:
            raise HeaderError(f"--{word} is given twice", "Keep one of them")
        option = _option(word)
        return _with_value(header, option.field, option.read(f"--{word}", value))
    except HeaderError as error:
        return _with_fault(header, Fault(error.message, error.fix, instead=error.instead))


def _with_value(header: Header, name: str, value: object) -> Header:
    if name in _OF_TASKS:
        return replace(header, options=replace(header.options, **{name: value}))  # type: ignore[arg-type]
    return replace(header, **{name: value})  # type: ignore[arg-type]  # each reader fits its field


def _option(word: str) -> StepOption:
    if word in STEP_OPTIONS:
        return STEP_OPTIONS[word]
    if (ours := _OF_METAFLOW.get(word)) is not None:
        raise HeaderError(f"--{word} is not an option", f"What Metaflow's @{word} is for, {ours} does here")
    near = difflib.get_close_matches(word, STEP_OPTIONS, 1)
    valid = ", ".join(f"--{name}" for name in STEP_OPTIONS)
    if near:
        raise HeaderError(f"--{word} is not an option", f"Did you mean --{near[0]}?", (f"--{word}", f"--{near[0]}"))
    raise HeaderError(f"--{word} is not an option", f"The options are {valid}")


def _with_contradictions(header: Header, seen: list[str]) -> Header:
    for together, fix in EXCLUSIVE_OPTIONS:
        if together <= set(seen):
            listed = " and ".join(f"--{word}" for word in seen if word in together)
            header = _with_fault(header, Fault(f"{listed} cannot be in one header", fix))
    joined = next((name for name in sorted(header.reads or ()) if "." in name), "")
    if joined and not (header.language and header.join):
        fix = f"Read {joined} in the code" if header.join else "Write --join STEP"
        header = _with_fault(header, Fault(f"--in {joined} is for joins in SQL and bash", fix))
    return header
