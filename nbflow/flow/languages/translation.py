"""Turns the text of a cell in another language into a Python body: one call, on whose first line the text begins.

So links, keys, checks, export and the rest see Python, and the lines of the body are those of the cell.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nbflow.errors import HeaderError
from nbflow.flow.languages.shared_code import python_literal
from nbflow.flow.languages.sql_reads import reads_of_sql
from nbflow.flow.names.code import code_digest
from nbflow.flow.syntax.header import Header, read_header


@dataclass(frozen=True, slots=True)
class Translated:
    """Holds the Python body of a step, and the files that its text reads by name."""

    body: str
    files: tuple[str, ...] = ()


_OF_BASH = re.compile(
    r"_|BASH\w*|COMP_WORDBREAKS|DIRSTACK|E?UID|EPOCH(REALTIME|SECONDS)|FUNCNAME|GROUPS|HISTCMD|IFS|LINENO|OPTERR|OPTIND"
    r"|(OLD)?PWD|PATH|PIPESTATUS|PPID|PS4|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|TASK_FOLDER|nbflow_\w+"
)
"""Matches variables that bash sets or obeys itself: a value under such a name would be lost, or stop the script."""


def translate(text: str, header: Header, shared: Iterable[str] = ()) -> Translated:
    """Return what a body does in Python. `header.language` is its language, `shared` names the shared code in R.

    Raises HeaderError if the text cannot be read, or if the header lacks an option that the language needs.
    """
    if header.connection and header.language != "sql":
        raise HeaderError("--connect is for steps in SQL", "Delete it, or write --lang sql")
    names = sorted(name.removeprefix("inputs.") for name in header.reads or ())
    own = [name for name in names if _OF_BASH.fullmatch(name)]
    if own and header.language == "bash":
        raise HeaderError(f"bash has a variable {own[0]} of its own", f"Give the value another name than {own[0]}")
    if header.language == "R":
        return _translate_r(text, header, shared)
    return _TRANSLATORS[header.language](text, header)


def _translate_sql(text: str, header: Header) -> Translated:
    out = sorted(header.writes or {header.name})
    if len(out) > 1:
        raise HeaderError("a step in SQL makes one table", "Write one name after --out")
    found = reads_of_sql(text, header)
    tables, parameters = _mapping(found.tables), _mapping(found.parameters)
    given = [f"tables={tables}"] if found.tables else []
    given += [f"parameters={parameters}"] if found.parameters else []
    given += [f"connection={header.connection}"] if header.connection else []
    return Translated(_call("run_sql", text, given, out), found.files)


def _translate_r(text: str, header: Header, shared: Iterable[str]) -> Translated:
    item, joined = [header.foreach.var] if header.foreach else [], ["inputs"] if header.join else []
    out, given = sorted(header.writes or ()), [_mapping(sorted({*(header.reads or ()), *item, *joined}))]
    given += [repr(out)] if out else []
    given += [f"shared=[{', '.join(shared)}]"] if shared else []
    given += ["seeded=True"] if header.options.seed is not None else []
    return Translated(_call("run_r", text, given, out, is_tuple=True))


def _translate_named(function: str) -> Callable[[str, Header], Translated]:
    """Return the translator of a language in which the header names what goes in and out."""

    def translate_named(text: str, header: Header) -> Translated:
        reads = sorted({*(header.reads or ()), *([header.foreach.var] if header.foreach else ())})
        given = {name.removeprefix("inputs."): name for name in reads}
        out = sorted(header.writes or ())
        if len(given) < len(reads):
            raise HeaderError("two of --in have one name", "Leave out the one with inputs., or the other one")
        return Translated(_call(function, text, [_mapping_of(given), repr(out)], out, is_tuple=True))

    return translate_named


def _call(function: str, text: str, given: Iterable[str], out: list[str], *, is_tuple: bool = False) -> str:
    """Return the source of a call that assigns what it returns to the names in `out`, and displays nothing."""
    targets = "".join(f"{name}, " if is_tuple else name for name in out)
    assigned, end = (f"{targets.rstrip()} = ", "") if out else ("", ";")
    arguments = ", ".join([python_literal(text), *given])
    return f"from nbflow.languages import {function}; {assigned}{function}({arguments}){end}"


def _mapping(names: Iterable[str]) -> str:
    return _mapping_of({name: name for name in names})


def _mapping_of(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"


_TRANSLATORS: Mapping[str, Callable[[str, Header], Translated]] = {
    "sql": _translate_sql,
    "bash": _translate_named("run_bash"),
}


def as_cell(header_line: str, body: str) -> tuple[str, str]:
    """Return the header and the text of the cell whose body in Python this is.

    If the body is more than what the header's language makes of some text, the cell is one of Python.
    """
    header = read_header(header_line)
    if not header.language:
        return header_line, body
    with contextlib.suppress(SyntaxError, ValueError, HeaderError):
        text = _text_in(ast.parse(body))
        if text is not None and code_digest(translate(text, header).body) == code_digest(body):
            return header_line, text
    return re.sub(r"\s*--(?:lang|connect)\s+\w+", "", header_line), body


def _text_in(tree: ast.Module) -> str | None:
    """Return the text that the only call in a body hands over."""
    call = getattr(tree.body[-1], "value", None) if tree.body else None
    first = call.args[0] if isinstance(call, ast.Call) and call.args else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
