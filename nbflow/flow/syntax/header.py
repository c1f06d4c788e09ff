"""Reads the first line of a cell: `%%step NAME --option value …` or `#| step: NAME --option value …`.

`read_header` is the entry. It finds the header among the comments and magics on top of a cell, splits it at ` --`, and
passes each option to its reader in `SETTINGS`: add a new option there. Every mistake becomes a `Fault`.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from nbflow.errors import HeaderError
from nbflow.flow.names.code import names_of, parse_expression
from nbflow.flow.source.ipython import PYTHON_MAGICS
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.specs import Cache, CacheMode, Comparison, Foreach, Guard, Options
from nbflow.flow.syntax.units import read_allowance, read_count, read_duration, read_seed, read_size


class CellKind(StrEnum):
    """Says what a cell is for."""

    STEP = "step"
    PARAMETERS = "parameters"
    SHARED = "shared"
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
    comment: bool = False  # written as `#| …`
    after: tuple[str, ...] = ()
    foreach: Foreach | None = None
    join: str | None = None
    guard: Guard | None = None
    loop: str | None = None
    reads: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    options: Options = field(default_factory=Options)
    faults: tuple[Fault, ...] = ()


def read_header(source: str) -> Header:
    """Read the header of a cell from the comments and magics on top of it.

    The header is the first of these lines, or stands below lines that may also be part of the body: comments, `%%time`,
    `%%capture`, line magics. Faults are collected and never raised.
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
    """Return the part of a header line that follows `step`, `parameters` or `shared`."""
    return re.sub(r"^(?:#\s*\|\s*|%%?\s*)(?:step|parameters|shared)[\s:]*", "", line.strip())


_HEADER = re.compile(r"(?:# ?)?%%(step [a-zA-Z]\w*(?: --.*)?|parameters|shared)")


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


_LOOSE = re.compile(r"(?:#\s*)?%%?\s*(step\s+\w+(?=\s+--|$).*|parameters$|shared$)")
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
        case "parameters" | "shared":
            faults = (_surplus(word, rest),) if rest else ()
            return Header(CellKind(word), faults=faults)
        case _:
            kind = CellKind.FOREIGN if magic else CellKind.ORDINARY
            return Header(kind, magic=word, faults=_near_miss(word, magic=magic))


def _surplus(word: str, rest: str) -> Fault:
    fix = f"Delete '{rest}'; {word} cells take no options"
    return Fault(f"'{rest}' after {word} has no meaning", fix, instead=(rest, ""))


def _near_miss(word: str, *, magic: bool) -> tuple[Fault, ...]:
    near = difflib.get_close_matches(word, ["step", "parameters", "shared"], 1, 0.7)
    if not near:
        return ()
    wrong, right = (f"%%{word}", f"%%{near[0]}") if magic else (f"#| {word}", f"#| {near[0]}")
    fix = f"Write {right} if this cell is meant for nbflow"
    return (Fault(f"'{wrong}' is not an nbflow header", fix, True, instead=(wrong, right)),)


# options of steps

Setting = Callable[[Header, str, str], Header]


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


def _with_name(header: Header, name: str) -> Header:
    if not name:
        return _with_fault(header, Fault("the step has no name", "Write a name after step, such as %%step clean"))
    if not name.isidentifier() or keyword.iskeyword(name):
        close = re.sub(r"\W+", "_", name).strip("_")
        good = close if close.isidentifier() and not keyword.iskeyword(close) else "clean"
        fix = f"Write one Python identifier, such as {good}"
        return _with_fault(header, Fault(f"'{name}' cannot name a step", fix, instead=(name, good)))
    return replace(header, name=unicodedata.normalize("NFKC", name))


def _with_fault(header: Header, fault: Fault) -> Header:
    return replace(header, faults=(*header.faults, fault))


def _with_option(header: Header, word: str, value: str, seen: list[str]) -> Header:
    try:
        if word in seen:
            raise HeaderError(f"--{word} is given twice", "Keep one of them")
        return _setting(word)(header, f"--{word}", value)
    except HeaderError as error:
        return _with_fault(header, Fault(error.message, error.fix, instead=error.instead))


def _setting(word: str) -> Setting:
    if word in SETTINGS:
        return SETTINGS[word]
    near = difflib.get_close_matches(word, SETTINGS, 1)
    valid = ", ".join(f"--{name}" for name in SETTINGS)
    if near:
        raise HeaderError(f"--{word} is not an option", f"Did you mean --{near[0]}?", (f"--{word}", f"--{near[0]}"))
    raise HeaderError(f"--{word} is not an option", f"The options are {valid}")


_EXCLUSIVE = (
    ({"if", "else"}, "Use one step for each"),
    ({"foreach", "join"}, "Let this step join, and put the foreach into the next one"),
    ({"while", "join"}, "Let this step join, and put the loop into the next one"),
)


def _with_contradictions(header: Header, seen: list[str]) -> Header:
    for together, fix in _EXCLUSIVE:
        if together <= set(seen):
            listed = " and ".join(f"--{word}" for word in seen if word in together)
            header = _with_fault(header, Fault(f"{listed} cannot be in one header", fix))
    return header


def _identifier(option: str, text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise HeaderError(f"{option} needs a name, not '{text}'", f"Write {option} NAME")
    return unicodedata.normalize("NFKC", text)  # Python normalises the names in code in the same way


def _identifiers(option: str, text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise HeaderError(f"{option} needs at least one name", f"Write {option} a,b")
    return tuple(dict.fromkeys(_identifier(option, part) for part in parts))


def _read_foreach(option: str, text: str) -> Foreach:
    found = re.fullmatch(r"([^\W\d]\w*)\s+in\s+(.+)", text)
    if not found:
        raise HeaderError(
            f"{option} '{text}' is not of the form VAR in EXPR", "Write for example --foreach cfg in grid"
        )
    var, expr = _identifier(option, found[1]), found[2].strip()
    try:
        names = names_of(parse_expression(expr))
    except (SyntaxError, ValueError) as error:
        fix = "Write one Python expression after in, such as grid"
        raise HeaderError(f"{option} cannot iterate over '{expr}': it is not Python", fix) from error
    return Foreach(var, expr, names.free)


def _read_if(option: str, text: str) -> Guard:
    name, equals, literal = (part.strip() for part in text.partition("=="))
    if equals:
        return Guard(_identifier(option, name), Comparison.EQUALS, _read_literal(option, literal))
    negated = re.fullmatch(r"not\s+(\S+)", text)
    if negated:
        return Guard(_identifier(option, negated[1]), Comparison.FALSE)
    if not text.isidentifier() or keyword.iskeyword(text):
        fix = "Write --if NAME, --if not NAME or --if NAME == LITERAL, and compute anything else in a step above"
        raise HeaderError(f"{option} cannot test '{text}'", fix)
    return Guard(_identifier(option, text), Comparison.TRUE)


def _read_literal(option: str, text: str) -> object:
    """Return the value of a literal as Python writes it; a bare word is a string."""
    try:
        return ast.literal_eval(text)
    except (SyntaxError, ValueError) as error:
        if re.fullmatch(r"[\w.-]+", text):
            return text
        raise HeaderError(f"{option} cannot compare with '{text}'", "Write a literal, such as 3 or 'full'") from error


def _read_cache(option: str, text: str) -> Cache:
    if text.startswith("ttl="):
        return Cache(CacheMode.TTL, timedelta(seconds=read_duration(f"{option} ttl", text.removeprefix("ttl="))))
    if text in ("auto", "off", "pin"):
        return Cache(CacheMode(text))
    raise HeaderError(f"{option} '{text}' is not a way to cache", "Write auto, off, pin or ttl=7d")


_GLOB = r"""(?:"[^"]*"|'[^']*'|[^,"'])+"""  # a comma inside quotes does not separate patterns


def _read_globs(option: str, text: str) -> tuple[str, ...]:
    """Read patterns between commas. Quotes around a pattern keep its spaces and commas, as in a shell."""
    if not re.fullmatch(rf"\s*(?:{_GLOB})?(?:,(?:{_GLOB})?)*\s*", text):
        raise HeaderError(f"{option} {text} has a quote that is not closed", "Close the quote, or remove it")
    parts = tuple(_unquoted(part) for part in re.findall(_GLOB, text) if part.strip())
    if not parts or not all(parts):
        raise HeaderError(f"{option} needs at least one pattern", f"Write for example {option} data/*.csv")
    return parts


def _unquoted(text: str) -> str:
    return re.sub(r"""\"([^"]*)"|'([^']*)'""", lambda found: found[1] or found[2] or "", text.strip())


def _read_background(option: str, text: str) -> bool:
    if text:
        raise HeaderError(f"{option} takes no value, but '{text}' follows it", f"Delete '{text}'", (text, ""))
    return True


def _field(name: str, read: Callable[[str, str], object]) -> Setting:
    def set_field(header: Header, option: str, text: str) -> Header:
        return replace(header, **{name: read(option, text)})  # type: ignore[arg-type]  # each entry fits its field

    return set_field


def _option(name: str, read: Callable[[str, str], object]) -> Setting:
    def set_option(header: Header, option: str, text: str) -> Header:
        options = replace(header.options, **{name: read(option, text)})  # type: ignore[arg-type]
        return replace(header, options=options)

    return set_option


def _set_names(option: str, text: str) -> frozenset[str]:
    return frozenset(_identifiers(option, text)) if text else frozenset()


SETTINGS: Mapping[str, Setting] = {
    "after": _field("after", _identifiers),
    "foreach": _field("foreach", _read_foreach),
    "join": _field("join", _identifier),
    "if": _field("guard", _read_if),
    "else": _field("guard", lambda option, text: Guard(_identifier(option, text), Comparison.ELSE)),
    "while": _field("loop", _identifier),
    "in": _field("reads", _set_names),
    "out": _field("writes", _set_names),
    "cache": _option("cache", _read_cache),
    "watch": _option("watch", _read_globs),
    "seed": _option("seed", read_seed),
    "retry": _option("retry", read_count),
    "timeout": _option("timeout", read_duration),
    "allow-failures": _option("allow_failures", read_allowance),
    "cpu": _option("cpu", lambda option, text: read_count(option, text, 1)),
    "memory": _option("memory", read_size),
    "bg": _option("background", _read_background),
}
