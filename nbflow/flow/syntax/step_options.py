"""Holds the options of a step's header: how each is written and read, and what it means.

`STEP_OPTIONS` is the one table: headers are read with it, and completion, the help of `%%step`, the hover of the panel
and the page of the language show its texts. Add a new option here.
"""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from nbflow.errors import HeaderError
from nbflow.flow.names.code import names_of, parse_expression
from nbflow.flow.syntax.environment_words import read_env
from nbflow.flow.syntax.specs import Cache, CacheMode, Comparison, Foreach, Guard, MemoryAsked, Site
from nbflow.flow.syntax.units import read_allowance, read_count, read_duration, read_seed, read_size


@dataclass(frozen=True, slots=True)
class StepOption:
    """Describes an option: the field of `Header` or `Options` that it sets, its reader, its forms and its meaning.

    `example` is a value that can be read; `values` are those that completion offers besides names.
    """

    field: str
    read: Callable[[str, str], object]
    forms: tuple[str, ...]
    means: str
    example: str
    values: tuple[str, ...] = ()


def _identifier(option: str, text: str) -> str:
    if not text.isidentifier() or keyword.iskeyword(text):
        raise HeaderError(f"{option} needs a name, not '{text}'", f"Write {option} NAME")
    return unicodedata.normalize("NFKC", text)  # Python normalises the names in code in the same way


def _identifiers(option: str, text: str) -> tuple[str, ...]:
    if not (parts := _parts(text)):
        raise HeaderError(f"{option} needs at least one name", f"Write {option} a,b")
    return _once(option, text, [_identifier(option, part) for part in parts])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _once(option: str, text: str, names: list[str]) -> tuple[str, ...]:
    """Return names between commas. Raises HeaderError if one is there twice: another one may be meant."""
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        right = ",".join(dict.fromkeys(names))
        raise HeaderError(f"{option} names '{twice}' twice", f"Write {option} {right}", (text, right))
    return tuple(names)


_ALMOST_FOREACH = re.compile(r"(?:for\s+)?(?P<var>[^\W\d]\w*)\s*(?:=(?!=)|:|\bof\b|\bin\b)\s*(?P<expr>\S.*)")


def _read_foreach(option: str, text: str) -> Foreach:
    found = re.fullmatch(r"([^\W\d]\w*)\s+in\s+(.+)", text)
    if not found:
        meant = _ALMOST_FOREACH.fullmatch(text)
        right = f"{meant['var']} in {meant['expr']}" if meant else "cfg in grid"
        example = "" if meant else "for example "
        message, instead = f"{option} '{text}' is not of the form VAR in EXPR", (text, right) if meant else None
        raise HeaderError(message, f"Write {example}{option} {right}", instead)
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


def _read_memory(option: str, text: str) -> MemoryAsked:
    size = text.removesuffix("!")
    return MemoryAsked(read_size(option, size.rstrip()), is_limit=size != text)


LANGUAGES = ("sql", "R", "bash")
"""The languages of cells besides Python."""


def _read_language(option: str, text: str) -> str:
    found = next((one for one in LANGUAGES if one.lower() == text.lower()), None)
    if found is None:
        raise HeaderError(f"{option} '{text}' is not a language of steps", f"Write {option} sql, R or bash")
    return found


def _read_site(option: str, text: str) -> Site:
    if text not in [*Site]:
        raise HeaderError(f"{option} '{text}' is not a place for a step", f"Write {option} local or {option} cluster")
    return Site(text)


def _read_inputs(option: str, text: str) -> frozenset[str]:
    """Read names, of which `inputs.NAME` is what the tasks of a join have made under a name."""
    names = (("inputs." if part.startswith("inputs.") else "", part.removeprefix("inputs.")) for part in _parts(text))
    return frozenset(_once(option, text, [start + _identifier(option, name) for start, name in names]))


def _set_names(option: str, text: str) -> frozenset[str]:
    return frozenset(_identifiers(option, text)) if text else frozenset()


STEP_OPTIONS: Mapping[str, StepOption] = {
    "after": StepOption(
        "after", _identifiers, ("STEP[,STEP…]",),
        "Run after these steps, although no data comes from them.", "load,clean",
    ),
    "foreach": StepOption(
        "foreach", _read_foreach, ("VAR in EXPR",),
        "Run once for each item of EXPR; VAR is the item.", "cfg in grid",
    ),
    "join": StepOption(
        "join", _identifier, ("STEP",),
        "End that foreach; `inputs` are its tasks, in order.", "fit",
    ),
    "if": StepOption(
        "guard", _read_if, ("NAME", "not NAME", "NAME == LITERAL"),
        "Run only if that is so.", "kind == 'full'",
    ),
    "else": StepOption(
        "guard", lambda option, text: Guard(_identifier(option, text), Comparison.ELSE), ("NAME",),
        "Run if no step above with an `--if` on NAME ran.", "kind",
    ),
    "while": StepOption(
        "loop", _identifier, ("NAME",),
        "Run, and run again as long as the artifact NAME is true.", "improving",
    ),
    "in": StepOption(
        "reads", _read_inputs, ("a,b",),
        "Name the inputs, if the analysis of the code cannot find them.", "table,limit",
    ),
    "out": StepOption(
        "writes", _set_names, ("x,y",),
        "Name the artifacts, if the analysis of the code cannot find them.", "model,score",
    ),
    "lang": StepOption(
        "language", _read_language, ("sql|R|bash",),
        "The language of the cell: SQL, R or bash.", "sql", LANGUAGES,
    ),
    "connect": StepOption(
        "connection", _identifier, ("NAME",),
        "For SQL: run it on this database connection, not on the frames of the notebook.", "engine",
    ),
    "cache": StepOption(
        "cache", _read_cache, ("auto|off|pin|ttl=7d",),
        "Reuse a stored result while nothing that it depends on has changed (the default), never, always, or until it "
        "is that old.", "ttl=7d", ("auto", "off", "pin", "ttl=7d"),
    ),
    "watch": StepOption(
        "watch", _read_globs, ("GLOB[,GLOB…]",),
        "Treat the content of these files as an input.", "data/*.csv",
    ),
    "seed": StepOption(
        "seed", read_seed, ("N",), "Seed the random generators before the body.", "0", ("0",),
    ),
    "retry": StepOption(
        "retry", read_count, ("N",), "Try again after a failure, at most N times.", "2", ("1", "2", "3"),
    ),
    "timeout": StepOption(
        "timeout", read_duration, ("30m",), "Give up after that long.", "30m", ("30s", "10m", "1h"),
    ),
    "allow-failures": StepOption(
        "allow_failures", read_allowance, ("N", "N%"),
        "Let this many tasks of a foreach fail; the join gets the others.", "10%", ("1", "10%"),
    ),
    "cpu": StepOption(
        "cpu", lambda option, text: read_count(option, text, 1), ("N",),
        "The processors that a task needs; it starts when so many are free.", "2",
    ),
    "gpu": StepOption(
        "gpu", lambda option, text: read_count(option, text, 1), ("N",),
        "The GPUs that a task needs; it starts when so many are free, and sees no others.", "1", ("1", "2"),
    ),
    "memory": StepOption(
        "memory", _read_memory, ("4GB", "4GB!"),
        "The memory that a task needs; it starts when so much is free. With `!` it gets no more.", "4GB",
        ("1GB", "4GB", "16GB", "4GB!"),
    ),
    "on": StepOption(
        "on", _read_site, ("local|cluster",),
        "Where the step runs in a run with `--on CLUSTER`: on this machine, or there (the default).", "local",
        ("local", "cluster"),
    ),
    "env": StepOption(
        "env", read_env, ("REQUIREMENT…", "FILE", "NAME"),
        "Run with these packages: requirements as pip takes them, a requirements.txt, a pyproject.toml:GROUP, or the "
        "name of an `%%environment` cell; `none` for the packages of the flow itself. Braces take a version from a "
        "value of the task: `pandas=={version}`.",
        '"pandas>=2,<3" scikit-learn==1.5.2', ("none", "pyproject.toml", "requirements.txt"),
    ),
    "bg": StepOption(
        "background", _read_background, ("",), "In a kernel, run in a worker process.", "",
    ),
}  # fmt: skip
"""Maps the word after `--` to its option, in the order of the documents."""

EXCLUSIVE_OPTIONS = (
    (frozenset({"if", "else"}), "Use one step for each"),
    (frozenset({"foreach", "join"}), "Let this step join, and put the foreach into the next one"),
    (frozenset({"while", "join"}), "Let this step join, and put the loop into the next one"),
)
"""The options that cannot be in one header, and what to do instead."""
