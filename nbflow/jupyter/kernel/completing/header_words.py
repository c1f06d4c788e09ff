"""Finds the words that can follow in the header of a step: its options, and names of the flow for their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbflow.errors import HeaderError
from nbflow.flow.graph.graph import Graph
from nbflow.flow.names.code import names_of
from nbflow.flow.syntax.environment_words import is_file
from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.flow.syntax.proposals import propose_name
from nbflow.flow.syntax.specs import COLLECTIONS, ParameterSpec, ParameterType
from nbflow.flow.syntax.step_options import EXCLUSIVE_OPTIONS, STEP_OPTIONS
from nbflow.jupyter.kernel.completing.machine_words import counts_of_processors, files_like
from nbflow.jupyter.kernel.session import Session

_Words = tuple[str, Iterable[str]]
"""The last word that was typed, and the words that can stand in its place."""

_NAME_AT_END = re.compile(r"(?:(?<=\.)|(?<![\w.]))[^\W\d]?\w*$")


def header_words(session: Session, typed: str, rest: str, body: str) -> _Words:
    """Return what can follow `typed`, the text of a header from its name to the cursor.

    `rest` is the header behind the cursor, `body` the text of the cell below the header.
    """
    name, *options = _divided(typed)
    if not options and not re.search(r"\s", name):
        return name, [propose_name(body, session.graph().links)] if body.strip() and not rest.strip() else []
    last = options[-1] if options else ""
    word, gap, value = _with_value(last)
    if not options or not gap:
        fragment = re.search(r"\S*$", typed)
        assert fragment is not None, "an empty text matches"
        return fragment[0], _options(options[:-1], rest)
    if re.search(r"(^|\s)--?$", value):
        return value.split()[-1], _options(options, rest)
    is_over = not value[-1:].strip() and _is_read(word, value.strip())
    if is_over and value:
        return "", _options(options, rest)
    last_word, words = _values(_Scene(session, name.strip(), body, typed + rest), word, value)
    return last_word, [*words, *(_options(options, rest) if is_over else ())]


def _divided(header: str) -> list[str]:
    """Divide a header at its options, as it is read."""
    return re.split(r"(?:^|\s)--(?=[A-Za-z])", header)


def _with_value(option: str) -> tuple[str, str, str]:
    """Return the word of an option, what stands before its value, and the value."""
    found = re.match(r"([\w-]*)(\s+|=(?!=))?(.*)", option, re.S)
    assert found is not None, "every part of it may be empty"
    return found[1], found[2] or "", found[3]


def _is_read(word: str, value: str) -> bool:
    if word not in STEP_OPTIONS or value.endswith(","):
        return False
    try:
        STEP_OPTIONS[word].read(f"--{word}", value)
    except HeaderError:
        return False
    return True


def _options(before: Sequence[str], rest: str) -> list[str]:
    """Return the options that the header does not have yet, and that do not contradict one that it has."""
    behind = _divided(rest)[1:]
    given = {_with_value(option)[0] for option in (*before, *behind)}
    excluded = {word for together, _ in EXCLUSIVE_OPTIONS if together & given for word in together}
    return [f"--{word}" for word in STEP_OPTIONS if word not in given | excluded]


# values


@dataclass(frozen=True)
class _Scene:
    """Holds the flow around a header that is being written, the name and the body of its step, and the header."""

    session: Session
    name: str
    body: str
    header: str

    @property
    def graph(self) -> Graph:
        return self.session.graph()

    @property
    def steps(self) -> list[str]:
        """Return the steps above this one; all others if it is new."""
        links = list(self.graph.links)
        above = links[: links.index(self.name)] if self.name in links else links
        return [step for step in above if not step.startswith("_")]

    @property
    def artifacts(self) -> set[str]:
        return {name for step in self.steps for name in self.graph.links[step].writes if not name.startswith("_")}

    @property
    def names(self) -> set[str]:
        """Return what a step can read: artifacts and parameters."""
        return self.artifacts | self.parameters.keys()

    @property
    def parameters(self) -> Mapping[str, ParameterSpec]:
        return {one.name: one for one in self.graph.flow.parameters if not one.name.startswith("_")}

    @property
    def shared(self) -> set[str]:
        """Return the constants, functions and classes that ordinary cells define for all steps."""
        found = (name for one in self.graph.prelude.definitions if not one.origins for name in one.names)
        return {name for name in found if name[:1] not in ("_", "*")}

    @property
    def iterable(self) -> set[str]:
        """Return the names that a foreach can begin with."""
        lists = {name for name, one in self.parameters.items() if one.type in COLLECTIONS}
        return self.artifacts | self.shared | lists

    @property
    def written(self) -> set[str]:
        """Return the names that the body binds."""
        try:
            return set(names_of(self.body).writes)
        except (SyntaxError, ValueError):
            return set()


def _values(scene: _Scene, word: str, value: str) -> _Words:
    if word in _VALUES:
        return _VALUES[word](scene, value)
    option = STEP_OPTIONS.get(word)
    return value, option.values if option else ()


def _one(pool: Callable[[_Scene], Iterable[str]]) -> Callable[[_Scene, str], _Words]:
    def words(scene: _Scene, value: str) -> _Words:
        return value, pool(scene)

    return words


def _several(pool: Callable[[_Scene], Iterable[str]]) -> Callable[[_Scene, str], _Words]:
    def words(scene: _Scene, value: str) -> _Words:
        *given, fragment = value.split(",")
        before = {part.strip() for part in given}
        return fragment.lstrip(), [one for one in pool(scene) if one not in before]

    return words


def _iterated(scene: _Scene, value: str) -> _Words:
    """Complete `VAR in EXPR`: the names that EXPR can begin with, also behind an operator."""
    found = re.match(r"[^\W\d]\w*\s+in\s+(.*)$", value)
    if not found:
        is_named = re.match(r"[^\W\d]\w*\s+(i|in)?$", value)
        names = sorted(scene.iterable) if is_named else ()
        return (is_named[1] or "") if is_named else value, [f"in {name}" for name in names]
    fragment = _last_name(found[1])
    return fragment or "", () if fragment is None else scene.iterable


def _environments(scene: _Scene, value: str) -> _Words:
    """Complete one word of `--env`: the name of an `%%environment` cell, a file of requirements, a name in braces."""
    *given, fragment = re.split(r"\s+", value)
    if braces := re.search(r"\{(\w*)$", fragment):
        return braces[1], {*re.findall(r"--foreach\s+([^\W\d]\w*)\s+in\b", scene.header), *scene.names}
    headers = (read_header(cell.source) for cell in scene.graph.flow.cells)
    named = [one.environment for one in headers if one.kind is CellKind.ENVIRONMENT and one.environment]
    files = (one for one in files_like(scene.session.folder, fragment)[1] if is_file(one))
    return fragment, [one for one in (*named, *files) if one not in given]


def _last_name(expression: str) -> str | None:
    """Return the name at the end of an expression, "" where one can begin, None where none can stand."""
    fragment = re.search(r"[^\W\d]\w*$", expression)
    before = expression[: fragment.start()] if fragment else expression
    if fragment and not before:
        return fragment[0]
    if not before.strip() or re.search(r"[(\[{,+*/|&<>=-]\s*$|\b(?:and|or|not|in|if|else)\s+$", before):
        return fragment[0] if fragment else ""
    return None


def _tested(scene: _Scene, value: str) -> _Words:
    """Complete `NAME`, `not NAME` and `NAME == LITERAL`."""
    name, equals, literal = value.partition("==")
    if equals:
        parameter = scene.parameters.get(name.strip())
        return literal.lstrip(), _literals(parameter) if parameter else ()
    return re.sub(r"^not\s+", "", value), scene.names


def _literals(parameter: ParameterSpec) -> Iterator[str]:
    if parameter.type is ParameterType.BOOL:
        yield from ("True", "False")
    yield from map(repr, parameter.choices)


def _guarded(scene: _Scene) -> set[str]:
    guards = (scene.graph.steps[step].control.guard for step in scene.steps)
    return {guard.name for guard in guards if guard is not None}


def _foreachs(scene: _Scene) -> list[str]:
    return [step for step in scene.steps if scene.graph.steps[step].control.foreach is not None]


_VALUES: Mapping[str, Callable[[_Scene, str], _Words]] = {
    "after": _several(lambda scene: scene.steps),
    "foreach": _iterated,
    "join": _one(_foreachs),
    "if": _tested,
    "else": _one(_guarded),
    "while": _one(lambda scene: scene.written or scene.artifacts),
    "in": _several(lambda scene: scene.names),
    "out": _several(lambda scene: scene.written),
    "connect": _one(lambda scene: scene.shared | scene.artifacts),
    "watch": lambda scene, value: files_like(scene.session.folder, value.rpartition(",")[2].lstrip()),
    "env": _environments,
    "cpu": _one(lambda _: counts_of_processors()),
}
"""What completes the value of an option; the others have a few values in their table."""
