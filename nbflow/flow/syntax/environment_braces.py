"""Reads braces in the requirements of a header: `scikit-learn=={version}` takes the version from a value of each task.

Braces stand only behind the name of a package, so that no value can choose another package or an option of uv.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from nbflow.errors import VersionRefused
from nbflow.flow.syntax.specs import StepSpec

_BRACES = re.compile(
    r"""\{(?P<name>[^\W\d]\w*)(?:\[(?P<quote>["']?)(?P<key>[^\[\]{}"']+)(?P=quote)\]|\.(?P<field>[^\W\d]\w*))?\}"""
)
_PACKAGE = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?(?:\[[\w.,\s-]*\])?")
_BEHIND = re.compile(r"\s*(?:[<>=~!]|\{)")
_BESIDE = re.compile(r"[\w.+!*<>=~,\[\]\s-]*")
_VERSION = re.compile(r"[0-9A-Za-z.+!*_<>=~,-]+")

ToldValue = Mapping[str, str]
"""Holds what is known of a value: its text as a literal under "", or the texts of its fields by their names."""


def has_braces(word: str) -> bool:
    """Return whether a requirement depends on a value."""
    return "{" in word or "}" in word


def depends_on_values(step: StepSpec) -> bool:
    """Return whether the tasks of a step may have different environments."""
    return any(map(has_braces, step.options.env or ()))


def names_in_braces(words: Iterable[str]) -> frozenset[str]:
    """Return the names of the values that requirements need."""
    return frozenset(found["name"] for word in words for found in _BRACES.finditer(word))


def rename_in_braces(word: str, names: Mapping[str, str]) -> str:
    """Return a requirement in whose braces the values have other names."""

    def renamed(found: re.Match[str]) -> str:
        return f"{{{names.get(found['name'], found['name'])}{found[0][1 + len(found['name']) :]}"

    return _BRACES.sub(renamed, word)


def package_of(word: str) -> tuple[str, str]:
    """Return the name of the package of a requirement with braces, and what is said of its version."""
    package = _PACKAGE.match(word)
    end = package.end() if package else 0
    return word[:end], "".join(word[end:].split())


def fault_of_braces(word: str) -> str:
    """Return why a requirement with braces cannot be read, "" if it can."""
    beside, package = _BRACES.sub("", word), _PACKAGE.match(word)
    if has_braces(beside):
        return "braces take a name, as in {version} or {item[pandas]}"
    if package is None or not _BEHIND.match(word, package.end()):
        return "braces stand only for a version, behind the name of a package"
    return "" if _BESIDE.fullmatch(beside) else "only versions can stand beside braces"


def told_of(value: object) -> ToldValue:
    """Return what a value of a literal tells, as the summary of a stored one does."""
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return {key: repr(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return {str(place): repr(part) for place, part in enumerate(value)}
    return {"": repr(value)}


def literal_items(step: StepSpec) -> Iterator[ToldValue]:
    """Yield what the items of a foreach tell, if its expression is a literal and the environment needs nothing else."""
    foreach = step.control.foreach
    if foreach is None or names_in_braces(step.options.env or ()) != {foreach.var}:
        return
    try:
        items = ast.literal_eval(foreach.expr)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return
    if isinstance(items, list | tuple | set | dict):
        yield from map(told_of, items)


def fill_all(words: Iterable[str], told: Mapping[str, ToldValue]) -> tuple[str, ...]:
    """Return requirements with the values of their braces. Raises VersionRefused if one does not make a version."""
    return tuple(_fill(word, told) if has_braces(word) else word for word in words)


def foreseen_environments(step: StepSpec) -> tuple[tuple[str, ...], ...]:
    """Return the requirements of each environment that a step is known to need before a run.

    With braces, only literal items are known. Raises VersionRefused.
    """
    words, foreach = step.options.env or (), step.control.foreach
    if not depends_on_values(step):
        return (words,) if words else ()
    items = literal_items(step) if foreach else ()
    return tuple(dict.fromkeys(fill_all(words, {foreach.var: told}) for told in items if foreach))


def _fill(word: str, told: Mapping[str, ToldValue]) -> str:
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - few flows have environments

    filled, package = _BRACES.sub(partial(_version, word, told), word), _PACKAGE.match(word)
    try:
        if package is not None and Requirement(filled).name == Requirement(package[0]).name:
            return filled
    except InvalidRequirement:
        pass
    raise VersionRefused(word, f"it would be '{filled}', which is no version of that package")


def _version(word: str, told: Mapping[str, ToldValue], found: re.Match[str]) -> str:
    text = _text_of(word, told, found)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        value = None
    if type(value) not in (str, int):
        raise VersionRefused(word, f"{found[0]} is {text}, which is not a text")
    if not _VERSION.fullmatch(str(value)):
        raise VersionRefused(word, f"{found[0]} is {text}, which is not a version")
    return str(value)


def _text_of(word: str, told: Mapping[str, ToldValue], found: re.Match[str]) -> str:
    fields, key = told.get(found["name"], {}), found["key"] or found["field"] or ""
    if key not in fields:
        known = ", ".join(f"{{{found['name']}[{one}]}}" for one in fields if one)
        has = f"there is only {known}" if known else "it has no such field" if fields else "no step above makes it"
        raise VersionRefused(word, f"{found[0]} cannot be had: {has}")
    return fields[key]
