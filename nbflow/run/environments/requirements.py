"""Gathers the requirements of an environment: those in files are read, and the version of Python is taken out."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from nbflow.errors import RequirementsUnreadable
from nbflow.flow.syntax.environment_words import is_file

_OURS = ("jupyter-nbflow", "nbflow")


@dataclass(frozen=True)
class RequirementList:
    """Holds lines of a requirements.txt, and what is asked of the version of Python, such as ">=3.11"; "" for any."""

    lines: tuple[str, ...]
    python: str = ""


def gather_requirements(words: Iterable[str], folder: Path) -> RequirementList:
    """Return what the words of an environment ask for; files are those of the folder. Raises RequirementsUnreadable."""
    lines: list[str] = []
    pythons: list[str] = []
    for line in (line for word in words for line in (_read(word, folder) if is_file(word) else (word,))):
        requirement = _parse(line)
        if requirement is not None and canonicalize_name(requirement.name) == "python":
            pythons += [_whole_minors(str(one)) for one in requirement.specifier]
        elif requirement is None or canonicalize_name(requirement.name) not in _OURS:  # nbflow itself comes along
            lines.append(line)
    return RequirementList(tuple(dict.fromkeys(lines)), ",".join(sorted(set(pythons))))


def _parse(line: str) -> Requirement | None:
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None  # uv may know what it means, such as an option


def _whole_minors(specifier: str) -> str:
    """Return `==3.12.*` for `==3.12`, which no version of Python is."""
    return f"{specifier}.*" if specifier.startswith("==") and specifier.count(".") == 1 else specifier


def _read(word: str, folder: Path) -> Iterator[str]:
    path, _, group = word.partition(":")
    file = folder / path
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "it is not text"
        raise RequirementsUnreadable(file, reason) from None
    yield from _of_toml(file, text, group) if file.suffix == ".toml" else _of_text(file, text, frozenset({file}))


def _of_text(file: Path, text: str, above: frozenset[Path]) -> Iterator[str]:
    """Yield the lines of a requirements.txt and of those that it includes."""
    for line in text.replace("\\\n", " ").splitlines():
        line = line.split(" #")[0].strip()
        option, _, value = line.partition(" ")
        if option in ("-r", "--requirement"):
            other = (file.parent / value.strip()).resolve()
            if other in above:
                raise RequirementsUnreadable(file, f"it includes {other.name}, which includes it")
            try:
                yield from _of_text(other, other.read_text("utf-8"), above | {other})
            except (OSError, UnicodeDecodeError):
                raise RequirementsUnreadable(file, f"it includes {other}, which cannot be read") from None
        elif line and not line.startswith("#"):
            yield line


def _of_toml(file: Path, text: str, group: str) -> Iterator[str]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RequirementsUnreadable(file, f"its TOML is broken ({error})") from None
    project = content.get("project", content)
    python = project.get("requires-python") if isinstance(project, dict) else None
    if isinstance(python, str) and python:
        yield f"python{python}"
    yield from _of_group(file, content, group) if group else _texts(file, "dependencies", project)


def _of_group(file: Path, content: Mapping[str, Any], group: str, above: tuple[str, ...] = ()) -> Iterator[str]:
    groups, extras = content.get("dependency-groups", {}), content.get("project", {}).get("optional-dependencies", {})
    if group not in groups:
        yield from _texts(file, group, extras)
        return
    for one in groups[group]:
        if isinstance(one, dict) and isinstance(one.get("include-group"), str) and group not in above:
            yield from _of_group(file, content, one["include-group"], (*above, group))
        elif isinstance(one, str):
            yield one
        else:
            raise RequirementsUnreadable(file, f"its group {group} is not a list of requirements")


def _texts(file: Path, name: str, where: Any) -> list[str]:
    found = where.get(name) if isinstance(where, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RequirementsUnreadable(file, f"it has no list {name}")
    return found
