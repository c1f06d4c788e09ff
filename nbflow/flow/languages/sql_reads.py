"""Finds what SQL reads: frames by the names of tables, files by their paths, and parameters such as `$genre`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbflow.errors import HeaderError
from nbflow.flow.syntax.header import Header

if TYPE_CHECKING:
    from sqlglot import exp

_TOKEN = re.compile(
    r"""
    \b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
    | --[^\n]* | /\*.*?\*/ | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$
    | \$(?P<name>\w+) | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)
"""Matches texts and comments, where `$` and `;` mean nothing, and parameters and ends of statements outside of them."""


@dataclass(frozen=True, slots=True)
class SqlReads:
    """Holds what a query reads: names of Python for tables and parameters, and paths."""

    tables: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def reads_of_sql(text: str, header: Header) -> SqlReads:
    """Return what SQL reads. What `--in` names is not looked for; a connection of the user knows its own tables.

    Raises HeaderError if the text is not SQL, or if a name in it cannot be one of Python.
    """
    parameters = tuple(dict.fromkeys(parameters_of_sql(text)))
    for name in parameters:
        if not name.isidentifier():
            raise HeaderError(f"${name} is not the name of a parameter", "Write $NAME with a name of the notebook")
    _one_spelling(parameters, "$")
    if header.connection:
        return SqlReads(parameters=parameters)
    if header.reads is not None:
        return SqlReads(tuple(sorted(header.reads - {*parameters})), parameters)
    tables, files = [], []
    for table in _tables_of(text):
        if isinstance(table, _File):
            files.append(table.path)
        else:
            tables.append(_python_name(table))
    tables = list(dict.fromkeys(tables))
    _one_spelling(tables, "")
    return SqlReads(tuple(tables), parameters, tuple(dict.fromkeys(files)))


def _one_spelling(names: Iterable[str], sign: str) -> None:
    """Refuse two names that are one to SQL, which does not distinguish capital letters."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            message = f"'{sign}{other}' and '{sign}{name}' are the same name in SQL"
            raise HeaderError(message, "Write it in one way; give one of two values another name")


def parameters_of_sql(text: str) -> Iterator[str]:
    """Yield the names after `$`, outside of texts and comments."""
    yield from (found["name"] for found in _TOKEN.finditer(text) if found["name"])


def statements_of_sql(text: str) -> Iterator[tuple[str, int]]:
    """Yield the statements, and the lines of the text that are above each of them."""
    start, above = 0, 0
    ends = [found.start() for found in _TOKEN.finditer(text) if found["end"]]
    for end in (*ends, len(text)):
        statement = text[start:end]
        if _TOKEN.sub(lambda found: found[0] if found[0][:2] not in ("--", "/*") else "", statement).strip():
            yield statement, above
        start, above = end + 1, above + statement.count("\n")


def with_placeholders(text: str, style: str) -> str:
    """Return SQL with another form of its parameters; `style` has `{}` for the name."""

    def replaced(found: re.Match[str]) -> str:
        return style.format(found["name"]) if found["name"] else found[0]

    return _TOKEN.sub(replaced, text)


def _python_name(table: str) -> str:
    if all(part.isidentifier() for part in table.split(".")):
        return table
    raise HeaderError(
        f"'{table}' is neither a name of the notebook nor a file that the query can read",
        "Give the frame a name that Python can have, and write it without quotes",
    )


@dataclass(frozen=True, slots=True)
class _File:
    path: str


def _tables_of(text: str) -> Iterator[str | _File]:
    """Yield the tables that the statements read and do not make themselves, and the files."""
    made: set[str] = set()
    for statement in _statements_of(text):
        if statement is None:
            continue
        for found in _sources_of(statement):
            if isinstance(found, _File) or found.lower() not in made:
                yield found
        made |= {name.lower() for name in _made_by(statement)}


def _statements_of(text: str) -> list[Any]:
    try:
        import sqlglot  # noqa: PLC0415 - only notebooks with SQL need it
    except ImportError as error:
        raise HeaderError("a step in SQL needs packages", "pip install 'jupyter-nbflow[sql]'") from error
    try:
        return _parse(text)
    except sqlglot.errors.SqlglotError as error:
        facts: dict[str, Any] = next(iter(getattr(error, "errors", [])), {})
        near = f" near '{facts['highlight']}'" if facts.get("highlight") else ""
        fix = "Correct it; if DuckDB knows it, name the tables with --in"
        raise HeaderError(f"this SQL cannot be read{near}", fix, line=facts.get("line") or 1) from error


def _parse(text: str) -> list[Any]:
    """Parse statements. What sqlglot only knows by its first word, such as EXPLAIN, is read by what follows."""
    import logging  # noqa: PLC0415 - as above

    import sqlglot  # noqa: PLC0415 - as above

    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it would warn of each of these
    found: list[Any] = []
    for statement in sqlglot.parse(text, dialect="duckdb"):
        if isinstance(statement, sqlglot.exp.Command) and statement.name.upper() == "EXPLAIN":
            found += _parse(re.sub(r"(?i)^\s*analyze\b", "", statement.text("expression")))
        else:
            found.append(statement)
    return found


def _sources_of(statement: exp.Expression) -> Iterator[str | _File]:
    from sqlglot import exp  # noqa: PLC0415 - as above

    yield from _opened_by(statement)
    own = {id(table) for table in _targets_of(statement)}
    for table in statement.find_all(exp.Table):
        if isinstance(table.this, exp.Identifier):
            if id(table) not in own and not _is_of_with(table):
                yield from _named(table)
        else:
            yield from _files_of(table.this)


def _opened_by(statement: exp.Expression) -> Iterator[_File]:
    """Yield the files of `ATTACH 'x.db'`, `COPY t FROM 'x.csv'` and `SUMMARIZE 'x.csv'`."""
    from sqlglot import exp  # noqa: PLC0415 - as above

    for one in statement.find_all(exp.Attach, exp.Copy, exp.Summarize):
        if isinstance(one, exp.Copy) and not one.args.get("kind"):
            raise HeaderError(
                "a step in SQL writes no files", "Select the rows, and write the frame in a step in Python"
            )
        for path in one.args.get("files") or [one.this.unalias()]:
            if isinstance(path, exp.Literal) and _is_local(path.this):
                yield _File(path.this)


def _files_of(call: exp.Expression) -> Iterator[_File]:
    """Yield the files that a function such as read_csv reads, if their paths stand in the text."""
    from sqlglot import exp  # noqa: PLC0415 - as above

    name = call.name if isinstance(call, exp.Anonymous) else getattr(type(call), "sql_name", str)()
    first = call.this if isinstance(call.this, exp.Expression) else next(iter(call.expressions), None)
    if str(name).lower() != "query" and isinstance(first, exp.Literal | exp.Array):
        for literal in first.find_all(exp.Literal):
            if literal.is_string and _is_local(literal.this):
                yield _File(literal.this)


def _named(table: exp.Table) -> Iterator[str | _File]:
    name, schema = table.name, table.db
    if table.catalog or (schema and schema.lower() != "inputs"):
        return  # a table of DuckDB itself, or of a database or schema that the statements attach or make
    if schema:
        yield f"inputs.{name}"
    elif name.isidentifier() or not re.search(r"[./\\*]", name):
        yield name
    elif _is_local(name):
        yield _File(name)


def _is_local(path: str) -> bool:
    return "://" not in path and bool(re.search(r"[./\\*]", path) and re.search(r"\w", path))


def _targets_of(statement: exp.Expression) -> Iterator[exp.Table]:
    """Yield the tables that a statement makes or changes, not those that it reads."""
    from sqlglot import exp  # noqa: PLC0415 - as above

    if isinstance(statement, exp.Create | exp.Drop):
        target = statement.this
        is_around = isinstance(target, exp.Schema | exp.UserDefinedFunction)
        yield from target.find_all(exp.Table) if is_around else [target]


def _made_by(statement: exp.Expression) -> Iterator[str]:
    from sqlglot import exp  # noqa: PLC0415 - as above

    if isinstance(statement, exp.Create):
        yield from (table.name for table in _targets_of(statement) if isinstance(table, exp.Table))


def _is_of_with(table: exp.Table) -> bool:
    """Return whether a name means a part of a WITH around it, not a table outside."""
    from sqlglot import exp  # noqa: PLC0415 - as above

    path = [table, *_ancestors(table)]
    for inside, around in pairwise(path):
        parts = next((one for one in around.args.values() if isinstance(one, exp.With)), None)
        if parts is not None and table.name.lower() in _visible_parts(parts, inside, path):
            return True
    return False


def _visible_parts(parts: exp.With, inside: exp.Expression, path: Sequence[exp.Expression]) -> list[str]:
    """Return the names of a WITH that a table sees: all of them below it, and in it those before its own part."""
    names = [one.alias.lower() for one in parts.expressions]
    if parts is not inside:
        return names
    own = next(number for number, one in enumerate(parts.expressions) if any(one is node for node in path))
    return names[: own + 1] if parts.args.get("recursive") else names[:own]


def _ancestors(node: exp.Expression) -> Iterator[Any]:
    above: Any = node.parent
    while above is not None:
        yield above
        above = above.parent
