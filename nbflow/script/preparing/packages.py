"""Reads which packages steps ask for with `@pypi` and `@conda`, and scripts with their block of metadata (PEP 723)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nbflow.errors import MetaflowException
from nbflow.flow.source.cell import Place
from nbflow.flow.syntax.environment_braces import fault_of_braces, has_braces
from nbflow.flow.syntax.environment_words import fault_of, read_script_block
from nbflow.script.language.class_decorators import flow_decorators
from nbflow.script.language.step_facts import Applied, DecoratorFacts

_LOCAL = "__nbflow_environment_local__"
_KINDS = ("pypi", "conda")
_ANY_PYTHON = "python>=3"


def choose_local(cls: type) -> None:
    """Let every step run in the present environment, as `--environment local` asks."""
    setattr(cls, _LOCAL, True)


def step_environment(cls: type, step: str, facts: DecoratorFacts, text: str, document: str) -> tuple[str, ...] | None:
    """Return the requirements of a step, None if it runs with the packages of the script itself.

    Its own decorators come before those of the flow, and these before the block of metadata in the script's text.

    Raises MetaflowException for what is not a requirement.
    """
    if getattr(cls, _LOCAL, False):
        return None
    said = [one for kind in _KINDS for one in _said(kind, facts.applied, flow_decorators(cls))]
    if said:
        words = tuple(word for kind, given in said for word in _words(kind, given)) or (_ANY_PYTHON,)
    elif any(one.name in _KINDS for one in facts.applied):
        return None  # it is disabled
    else:
        words = _of_block(text, document)
    for word in words:
        if fault := fault_of_braces(word) if has_braces(word) else fault_of(word):
            raise MetaflowException(f"step '{step}' asks for '{word}', which is not a requirement: {fault}")
    return words or None


def requirements_of(kind: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the requirements of a `@pypi` or `@conda` with these arguments; none if it is disabled."""
    if _disabled(given):
        return ()
    return tuple(_words(kind, {"packages": _packages(given), "python": given.get("python")})) or (_ANY_PYTHON,)


def _said(kind: str, own: Sequence[Applied], above: Sequence[Applied]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what a step is told about packages of a kind: by the flow, and by its own decorator, which counts more."""
    base = next((one.given for one in above if one.name == f"{kind}_base"), None)
    mine = next((one.given for one in own if one.name == kind), None)
    disabled = _disabled(mine)
    if (_disabled(base) if disabled is None else disabled) or (base is None and mine is None):
        return
    base, mine = base or {}, mine or {}
    packages = {**_packages(base), **_packages(mine)}
    yield kind, {"packages": packages, "python": mine.get("python") or base.get("python")}


def _packages(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the versions by the names of packages, without the channels of conda before them."""
    named = {**(given.get("libraries") or {}), **(given.get("packages") or {})}
    return {str(name).rpartition("::")[2]: version for name, version in named.items()}


def _disabled(given: Mapping[str, Any] | None) -> bool | None:
    return None if given is None or given.get("disabled") is None else str(given["disabled"]).lower() == "true"


def _words(kind: str, given: Mapping[str, Any]) -> Iterator[str]:
    packages = {**given["packages"], **({"python": given["python"]} if given["python"] else {})}
    for name, version in packages.items():
        yield f"{name}{_specifier(str(version or '').strip(), kind == 'conda')}"


def _specifier(version: str, is_conda: bool) -> str:
    """Return a version as pip writes it: `1.2` means `==1.2`; for conda, `=1.2` means any `1.2` with a patch."""
    if not version or version[0] in "<>!~@" or version.startswith("=="):
        return f" {version}" if version.startswith("@") else version
    if is_conda and version.startswith("="):
        return f"=={version[1:]}.*".replace(".*.*", ".*")
    return f"=={version.lstrip('=')}"


def _of_block(text: str, document: str) -> tuple[str, ...]:
    block, problems = read_script_block(text, Place(document, 0))
    if problems:
        raise MetaflowException(str(problems[0]))
    return (block.requirements or (_ANY_PYTHON,)) if block else ()
