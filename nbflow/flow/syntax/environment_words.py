"""Reads environments: requirements in `--env`, in `%%environment` cells and in the block of metadata of a script.

A requirement is what pip takes, such as `pandas>=2,<3`; one of the name `python` chooses the interpreter. The name of a
file stands for the requirements in it. Nothing is resolved here, and no file is read.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nbflow.errors import HeaderError
from nbflow.flow.source.cell import NOWHERE, Place, Problem
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.environment_braces import fault_of_braces, has_braces

NO_ENVIRONMENT = "none"
"""Is the word for the environment of the flow itself, where another one is the default."""

_FILE = re.compile(r"(?:[^\s:=<>~!@;]+ )*[^\s:=<>~!@;]+\.(?:toml|txt)(?::[\w.-]+)?")
_BLOCK = re.compile(r"(?m)^# /// script\s*$\n(?P<body>(?:^#(?:| .*)$\n)+?)^# ///\s*$")
_EXAMPLE = "Write for example pandas>=2,<3 or scikit-learn==1.5.2"


@dataclass(frozen=True, slots=True)
class NamedEnvironment:
    """Holds what an `%%environment` cell says. A cell without a name says it for every step; its name is ""."""

    name: str
    requirements: tuple[str, ...]
    place: Place = NOWHERE


def is_file(word: str) -> bool:
    """Return whether a word names a file with requirements, such as `pyproject.toml:train`."""
    return bool(_FILE.fullmatch(word))


def read_env(option: str, text: str) -> tuple[str, ...]:
    """Read the words of `--env`: requirements, files, and names of `%%environment` cells."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise HeaderError(f"{option} has a quote that is not closed", "Close the quote, or remove it") from error
    if not words:
        raise HeaderError(f"{option} needs at least one requirement", _EXAMPLE)
    if NO_ENVIRONMENT in words and len(words) > 1:
        others = " ".join(word for word in words if word != NO_ENVIRONMENT)
        raise HeaderError(
            f"{option} {NO_ENVIRONMENT} means the packages of the flow, and nothing can stand beside it",
            f"Write {option} {NO_ENVIRONMENT} or {option} {others}",
        )
    for word in words:
        if not is_file(word) and (fault := fault_of_braces(word) if has_braces(word) else fault_of(word)):
            fix = "Write for example scikit-learn=={version}" if has_braces(word) else _EXAMPLE
            raise HeaderError(f"{option} '{word}' is not a requirement: {fault}", fix)
    return tuple(words)


def fault_of(requirement: str) -> str:
    """Return why a text is not a requirement without braces, "" if it is one."""
    if has_braces(requirement):
        return "braces stand only in the --env of a step"
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - few flows have environments

    try:
        found = Requirement(requirement)
    except InvalidRequirement as error:
        return str(error).splitlines()[0].rstrip(".")
    if found.name.lower() == "python" and (found.extras or found.url or found.marker):
        return "python takes a version, such as python==3.12"
    return ""


def is_version(word: str) -> bool:
    """Return whether a word is the name of a package with a version, and not a file, an address or a condition."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - as above

    if is_file(word) or fault_of(word):
        return False
    found = Requirement(word)
    return not (found.url or found.marker)


def versions_of_words(words: Iterable[str]) -> dict[str, str]:
    """Return the versions by the names of packages, such as "1.2" or ">=1.2,<2"; all words are versions."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - as above

    found: dict[str, list[str]] = {}
    for one in map(Requirement, words):
        extras = f"[{','.join(sorted(one.extras))}]" if one.extras else ""
        found.setdefault(f"{one.name}{extras}", []).extend(filter(None, str(one.specifier).split(",")))
    return {name: _joined(said) for name, said in found.items()}


def _joined(specifiers: list[str]) -> str:
    is_exact = len(specifiers) == 1 and specifiers[0].startswith("==") and not specifiers[0].startswith("===")
    return specifiers[0][2:] if is_exact else ",".join(sorted(specifiers, reverse=True))


def read_environment(source: str, name: str, line: int, place: Place) -> tuple[NamedEnvironment, list[Problem]]:
    """Return what an `%%environment` cell says below its header, which is on that line, and what is wrong with it."""
    found: list[str] = []
    problems: list[Problem] = []
    for number, text in enumerate(lines_of(source)[line:], line + 1):
        if not (word := re.sub(r"(?:^|\s+)#.*$", "", text).strip()):
            continue
        if not is_file(word) and (fault := fault_of(word)):
            where = Place(place.document, place.cell, number, above=place.above)
            problems.append(Problem("environment", f"'{word}' is not a requirement: {fault}", _EXAMPLE, where))
        else:
            found.append(word)
    return NamedEnvironment(name, tuple(found), place), problems


def read_script_block(source: str, place: Place) -> tuple[NamedEnvironment | None, list[Problem]]:
    """Return what the block `# /// script` of a script or a cell says (PEP 723), and what is wrong with it."""
    block = _BLOCK.search(source) if "# /// script" in source else None
    if block is None:
        return None, []
    where = Place(place.document, place.cell, source.count("\n", 0, block.start()) + 1, above=place.above)
    import tomllib  # noqa: PLC0415 - few flows have environments

    text = "\n".join(line[2:] for line in block["body"].splitlines())
    try:
        words = tuple(_of_block(tomllib.loads(text)))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        message = f"the block of script metadata cannot be read: {error}"
        return None, [Problem("environment", message, "Correct its TOML", where)]
    faults = [(word, fault) for word in words if (fault := fault_of(word))]
    problems = [
        Problem("environment", f"'{word}' is not a requirement: {fault}", _EXAMPLE, where) for word, fault in faults
    ]
    return (None if problems else NamedEnvironment("", words, where)), problems


def _of_block(content: dict[str, Any]) -> Iterator[str]:
    python, listed = content.get("requires-python", ""), content.get("dependencies", [])
    if not isinstance(python, str) or not (isinstance(listed, list) and all(isinstance(one, str) for one in listed)):
        raise TypeError("requires-python is a text, and dependencies is a list of texts")
    if python:
        yield f"python{python}"
    yield from listed
