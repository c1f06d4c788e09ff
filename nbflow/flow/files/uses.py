"""Finds the files that code reads and writes, judged by its text: which path, and what happens to it."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nbflow.flow.files import library_verbs
from nbflow.flow.files.file_use import Access, FileUse
from nbflow.flow.files.paths import enter, members_of, paths_of
from nbflow.flow.files.pathtexts import UNKNOWN
from nbflow.flow.files.shell_commands import uses_of_shell
from nbflow.flow.files.space import Space
from nbflow.flow.names.strings import is_sql, of_shell
from nbflow.flow.source.trees import children, every_node

NESTED = 6
"""The most calls into functions of the notebook that are followed, one inside the other."""


def uses_of(statements: Sequence[ast.stmt], space: Space) -> tuple[FileUse, ...]:
    """Return what the statements, and functions of the notebook that they call, do to files."""
    return tuple(dict.fromkeys(_Walk(space, 0, frozenset()).uses(statements)))


@lru_cache(4096)
def may_use_files(source: str, guess: bool) -> bool:
    """Return whether a source may use files: a fast test that is rarely wrong. With `guess`, any quoted text counts."""
    return library_verbs.HINTS.search(source) is not None or (guess and library_verbs.QUOTED.search(source) is not None)


@dataclass(frozen=True)
class _Walk:
    """Walks code in one space. `inside` are the ids of the functions around, so that none is entered twice."""

    space: Space
    depth: int
    inside: frozenset[int]

    def uses(self, statements: Sequence[ast.AST]) -> Iterator[FileUse]:
        """Yield what the statements do to files when they run."""
        called: set[int] = set()
        nodes = _running(statements)
        for node in nodes:
            line = getattr(node, "lineno", 1)
            if isinstance(node, ast.Call):
                called.add(id(node.func))
                for path, access in self._of_call(node):
                    yield FileUse(path, access, line)
                yield from self._entered(node.func, node, line)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and is_sql(node.value):
                yield from (FileUse(path, access, line) for path, access in _of_sql(node.value))
        for node in nodes:
            if isinstance(node, ast.Name) and id(node) not in called:
                yield from self._entered(node, None, node.lineno)

    def _entered(self, func: ast.expr, call: ast.Call | None, line: int) -> Iterator[FileUse]:
        """Yield what a function or class of the notebook does to files when it gets these arguments."""
        space = self.space.where(func.id) if isinstance(func, ast.Name) else None
        if not isinstance(func, ast.Name) or space is None or self.depth > NESTED:
            return
        found: ast.AST | None = space.functions.get(func.id) or space.classes.get(func.id)
        if found is None:
            found = next((b.value for b in space.bound.get(func.id, ()) if isinstance(b.value, ast.Lambda)), None)
        if found is None or id(found) in self.inside:
            return
        inside = self.inside | {id(found)}
        if isinstance(found, ast.ClassDef):
            members = members_of(found, call, self.space, space)
            spaces = [(replace(enter(one, None, space, space), members=members), one) for one in _methods(found)]
            walks = [(_Walk(method, self.depth + 1, inside), one.body) for method, one in spaces]
        else:
            assert isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            body: Sequence[ast.AST] = [found.body] if isinstance(found, ast.Lambda) else found.body
            walks = [(_Walk(enter(found, call, self.space, space), self.depth + 1, inside), body)]  # type: ignore[list-item]
        for walk, statements in walks:
            yield from (FileUse(use.path, use.access, line) for use in walk.uses(statements))
        for decorator in getattr(found, "decorator_list", []):
            # the result of the decorator is called in place of the function
            walk = _Walk(space, self.depth + 1, inside)
            yield from (FileUse(use.path, use.access, line) for use in walk.uses([decorator]))

    def _of_call(self, call: ast.Call) -> Iterator[tuple[str, Access]]:
        for node, access, any_name in self._arguments(call):
            for text in paths_of(node, self.space):
                path = normalised(text)
                looks = (
                    library_verbs.looks_like_a_file
                    if access in (Access.TOUCH, Access.GUESS)
                    else library_verbs.may_be_a_file
                )
                if path is not None and (any_name or looks(path) or (path == UNKNOWN and access.writes)):
                    yield path, access
                elif path is not None and library_verbs.may_be_a_name(path):
                    yield path, Access.GUESS

    def _arguments(self, call: ast.Call) -> Iterator[tuple[ast.expr, Access, bool]]:
        """Yield the arguments that may be paths, their access, and whether any text there is a path."""
        origin, name = self.space.origin(call.func), _last_name(call.func)
        if _is_ours(call.func, self.space):
            return
        if of_shell(call):
            yield from ((node, Access(access), any_name) for node, access, any_name in uses_of_shell(call))
            return
        if origin in library_verbs.SHELL_CALLS:
            yield from ((ast.Constant(word), Access.TOUCH, False) for word in _words(call))
            return
        if origin in library_verbs.BY_ORIGIN:
            for index, access in library_verbs.BY_ORIGIN[origin]:
                argument = _argument(call, index)
                if argument is not None:
                    yield _listed(argument, _LISTED.get(origin)), Access(access), True
            known = {index for index, _ in library_verbs.BY_ORIGIN[origin]}
            yield from ((one, Access.GUESS, False) for i, one in enumerate(call.args) if i not in known)
        elif origin in library_verbs.OPENERS:
            path, (place, default) = _argument(call, 0), library_verbs.OPENERS[origin]
            if path is not None:
                yield path, _access(_mode(call, place), default, origin in library_verbs.GROWING), True
        elif isinstance(call.func, ast.Attribute) and not origin and name in library_verbs.OF_A_PATH:
            yield from _of_method(call, call.func, self.space)
        elif name not in library_verbs.PLAIN_NAMES:
            access = _by_name(name, call)
            sure = name in library_verbs.WRITERS or origin.startswith(library_verbs.LIBRARIES)
            yield from ((one, access, sure and i == 0) for i, one in enumerate(call.args[:2]))
            yield from ((one, Access.GUESS, False) for one in call.args[2:])
            yield from (
                (one.value, access, sure and one.arg in library_verbs.KEYWORDS) for one in call.keywords if one.arg
            )


def _running(statements: Sequence[ast.AST]) -> list[ast.AST]:
    """Return the nodes that run with the statements, without the bodies of functions and classes."""
    found: list[ast.AST] = []
    agenda = list(reversed(statements))
    while agenda:
        node = agenda.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            agenda += reversed(children(node))
    return found


def _methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [one for one in node.body if isinstance(one, ast.FunctionDef)]


def _last_name(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _words(call: ast.Call) -> Iterator[str]:
    """Yield the words in the texts of a command, each of which may name a file."""
    texts = (one.value for argument in call.args[:1] for one in every_node(argument) if isinstance(one, ast.Constant))
    yield from (word for text in texts if isinstance(text, str) for word in re.findall(r"[\w./~-]+", text))


def _is_ours(func: ast.expr, space: Space) -> bool:
    """Return whether a function or class of the notebook is called, whose own text shows what it does."""
    found = space.where(func.id) if isinstance(func, ast.Name) else None
    return found is not None and isinstance(func, ast.Name) and func.id in {*found.functions, *found.classes}


def _argument(call: ast.Call, index: int) -> ast.expr | None:
    if index < len(call.args):
        return None if isinstance(call.args[index], ast.Starred) else call.args[index]
    names = library_verbs.KEYWORDS if index == 0 else library_verbs.SECOND_KEYWORDS
    return next((one.value for one in call.keywords if one.arg in names), None)


_LISTED = {
    "os.listdir": [ast.Constant("*")],
    "os.scandir": [ast.Constant("*")],
    "os.walk": [ast.Constant("**"), ast.Constant("*")],
}


def _listed(folder: ast.expr, below: Sequence[ast.expr] | None) -> ast.expr:
    """Return an expression for the pattern of the files that a function lists in a folder."""
    return folder if below is None else ast.Call(ast.Attribute(folder, "joinpath"), list(below), [])


def _mode(call: ast.Call, place: int) -> ast.expr | None:
    stated = next((one.value for one in call.keywords if one.arg in ("mode", "flag")), None)
    return stated if stated is not None or place >= len(call.args) else call.args[place]


def _access(mode: ast.expr | None, default: str, grows: bool) -> Access:
    letters = default if mode is None else str(mode.value) if isinstance(mode, ast.Constant) else "r+"
    if "w" in letters or "x" in letters or letters == "n":
        return Access.WRITE
    if "a" in letters:
        return Access.APPEND if grows else Access.UPDATE
    return Access.UPDATE if "+" in letters or letters == "c" else Access.READ


def _of_method(call: ast.Call, func: ast.Attribute, space: Space) -> Iterator[tuple[ast.expr, Access, bool]]:
    """Yield what methods such as `path.read_text()` do to their path."""
    access, arguments, sure = library_verbs.OF_A_PATH[func.attr]
    known = any(text.strip(UNKNOWN + "/.") for text in paths_of(func.value, space))
    if not (known or sure) or not arguments[0] <= len(call.args) <= arguments[1]:
        return
    if func.attr == "open":
        yield func.value, _access(_mode(call, 0), "r", True), True
    elif access == "list":
        pattern = call.args[0] if call.args else ast.Constant("*")
        deep = [ast.Constant("**")] if func.attr == "rglob" else []
        yield _listed(func.value, [*deep, pattern]), Access.LIST, True
    else:
        yield func.value, Access(access), True
        if func.attr in ("rename", "replace"):
            yield call.args[0], Access.WRITE, True


def _by_name(name: str, call: ast.Call) -> Access:
    """Return what an unknown function does to a file, judged by its name."""
    mode = next((one.value for one in call.keywords if one.arg in ("mode", "mmap_mode")), None)
    if library_verbs.WRITING.match(name):
        return _access(mode, "w", True) if name not in library_verbs.UPDATING else Access.UPDATE
    if library_verbs.READING_VERBS.match(name) or name[:1].isupper():
        return _access(mode, "r", True) if _maps(call) else Access.READ
    return Access.TOUCH


def _maps(call: ast.Call) -> bool:
    """Return whether the file may be changed through the array that is read: `np.load(…, mmap_mode="r+")`."""
    return any(one.arg == "mmap_mode" for one in call.keywords)


def _of_sql(text: str) -> Iterator[tuple[str, Access]]:
    """Yield the files that a query names in quotes, as in DuckDB."""
    for to, name in re.findall(r"(?i)(\bto\s+)?'([^'\n]+)'", text):
        path = normalised(name)
        if path is not None and library_verbs.looks_like_a_file(path):
            yield path, Access.WRITE if to else Access.READ


def normalised(text: str) -> str | None:
    """Return a path in the form in which paths are compared, or None if no file of this machine has it."""
    text = re.sub(f"{UNKNOWN}+", UNKNOWN, text)
    text = re.sub(r"^sqlite:/{2,3}(?=.)", "", text)
    if not text.strip() or len(text) > 1000 or text.startswith(("{", "<", "[", ":")) or re.search(r"[\n\r]|://", text):
        return None
    if re.match(r"(?:s3|gs|gcs|az|abfss?|hdfs|https?|ftp|data):", text):
        return None
    return posixpath.normpath(text) if text.strip(UNKNOWN + "./") else UNKNOWN
