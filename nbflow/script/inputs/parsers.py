"""Offers parsers for `Config(parser=…)` and `IncludeFile(parser=…)`, and finds a parser by its name."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nbflow.errors import ParserValueError

Parser = Callable[[Any], Any]

_COMMENT = re.compile(r"(^|\s+)#.*$")
_CONDA = re.compile(r"(?P<name>[\w.-]+)(?P<version>\s*[=<>!~].+)?", re.ASCII)
_ELSEWHERE = ("metaflow.", ".")
"""Names that begin so are names of Metaflow's own parsers."""


def find_parser(parser: str | Parser) -> Parser:
    """Return the parser: a function, or the function that a name with its module stands for. Raises ValueError."""
    if callable(parser):
        return parser
    module, _, function = parser.rpartition(".")
    if parser.startswith(_ELSEWHERE) and function in _OWN:
        return _OWN[function]
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError):
        raise ValueError(f"there is no parser '{parser}': give a function, or the name of one in a module") from None
    if not callable(found):
        raise ValueError(f"parser '{parser}' is not a function")
    return found  # type: ignore[no-any-return]


def yaml_parser(content: str) -> Any:
    """Return the value that a YAML text describes.

    Args:
        content: The text.

    Returns:
        The value, made of dicts, lists, texts and numbers.

    Example:
        >>> yaml_parser("alpha: 0.1")
        {'alpha': 0.1}
    """
    import yaml  # noqa: PLC0415 - few scripts need it

    return yaml.safe_load(content)


def requirements_txt_parser(content: str) -> dict[str, Any]:
    """Return the packages of a requirements.txt.

    Args:
        content: The text of the file.

    Returns:
        `{"packages": {name: version}, "python": version}`.

    Raises:
        ParserValueError: if a line is not a requirement, or has an environment marker.

    Example:
        >>> requirements_txt_parser("pandas==2.2")
        {'packages': {'pandas': '2.2'}, 'python': None}
    """
    return _Found().with_requirements(line for line in _lines(content) if line != "-e file:.")  # a line of Rye's locks


def pyproject_toml_parser(content: str) -> dict[str, Any]:
    """Return the packages of a pyproject.toml.

    Args:
        content: The text of the file.

    Returns:
        `{"packages": {name: version}, "python": version}`.

    Raises:
        ParserValueError: if a dependency has an environment marker, or cannot be read.

    Example:
        >>> pyproject_toml_parser("[project]\\ndependencies = ['pandas==2.2']")
        {'packages': {'pandas': '2.2'}, 'python': None}
    """
    import tomllib  # noqa: PLC0415 - as above

    project = tomllib.loads(content).get("project", {})
    python = project.get("requires-python")
    found = _Found(None if python is None else python.lstrip("=").strip())
    return found.with_requirements(line.strip() for line in project.get("dependencies", []))


def conda_environment_yml_parser(content: str) -> dict[str, Any]:
    """Return the packages of an environment.yml of conda.

    Only the lines of the list below `dependencies:` count. Each has a name, and may have a version.

    Args:
        content: The text of the file.

    Returns:
        `{"packages": {name: version}, "python": version}`.

    Raises:
        ParserValueError: if a line below `dependencies:` is not a package.

    Example:
        >>> conda_environment_yml_parser("dependencies:\\n- pandas=2.2")
        {'packages': {'pandas': '2.2'}, 'python': None}
    """
    found = _Found()
    for line in _below_dependencies(content):
        if line.endswith(":"):
            raise ParserValueError(line, "a list below a dependency is not supported: put it under packages of its own")
        match = _CONDA.fullmatch(line)
        if match is None:
            raise ParserValueError(line, "it is not a package of conda: write it as name=version")
        version = (match["version"] or "").strip()
        found.add(match["name"], match["name"], version.lstrip("=").strip(), line, bare="")
    return found.told()


class _Found:
    """Collects packages and the version of Python while lines are read."""

    def __init__(self, python: str | None = None) -> None:
        self.packages: dict[str, str] = {}
        self.python = python

    def told(self) -> dict[str, Any]:
        return {"packages": self.packages, "python": self.python}

    def with_requirements(self, lines: Iterable[str]) -> dict[str, Any]:
        from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415 - as above

        for line in lines:
            try:
                read = Requirement(line)
            except InvalidRequirement:
                raise ParserValueError(line, "it is not a requirement of PEP 508: write it as name==version") from None
            if read.marker is not None:
                raise ParserValueError(line, "environment markers are not supported: remove everything after the ;")
            extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
            url = f"@{read.url}" if read.url else ""
            self.add(read.name, f"{read.name}{extras}{url}", str(read.specifier).lstrip(" ="), line, bare=None)
        return self.told()

    def add(self, name: str, key: str, version: str, line: str, bare: str | None) -> None:
        """Add a package, or Python. `bare` is the version of Python if the line has none."""
        if name.lower() != "python":
            self.packages[key] = version
            return
        if self.python is not None and version:
            raise ParserValueError(line, "the version of Python is given twice: keep one")
        self.python = version or bare


def _lines(content: str) -> Iterator[str]:
    """Return the lines that are not empty, without their comments."""
    stripped = (_COMMENT.sub("", line.strip()).strip() for line in content.splitlines())
    return (line for line in stripped if line)


def _below_dependencies(content: str) -> Iterator[str]:
    inside = False
    for line in _lines(content):
        if line.lower().startswith("dependencies:"):
            inside = True
        elif not line.startswith("-"):
            inside = False
        elif inside:
            yield line.lstrip("-").strip()


_OWN: dict[str, Parser] = {
    one.__name__: one
    for one in (yaml_parser, requirements_txt_parser, pyproject_toml_parser, conda_environment_yml_parser)
}
