"""Adds hints to errors: which name a step misses because the analysis did not see the read, or why a file is fixed."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.specs import StepSpec
from nbflow.store.values.user_code import text_of

_MISSING = (
    re.compile(r"\bname '(\w+)' is not defined"),
    re.compile(r"\bvariable '(\w+)' is not defined"),
    re.compile(r"module '__main__' has no attribute '(\w+)'"),
    re.compile(r"""\btable (?:with name )?["']?(\w+)["']? (?:does not exist|not found)""", re.IGNORECASE),
    re.compile(r"\bno such table: (?:\w+\.)?(\w+)"),
)
_MAPPED = re.compile(r"\bis read-only\b|has no attribute 'flush'")
_MAPS = re.compile(r"\bmemmap\b|\bmmap_mode\b")
_LOOKED_AT = 10_000  # characters of a message
_LOOKS_UP = re.compile(r"\b(?:globals|locals|vars)\(\)")


def add_hint(error: BaseException, step: StepSpec, graph: Graph) -> None:
    """Add a note to an error if it misses a name that is defined above, or if it tries to change a mapped array."""
    for name in dict.fromkeys(_missing(error, step)):
        origin = _origin(name, step, graph)
        if origin:
            reads = ",".join(sorted(_reads(step, graph) | {name}))
            error.add_note(
                f"'{name}' is {origin}, but the analysis did not see that step '{step.name}' reads it: "
                f"write --in {reads} in its header"
            )

    if _MAPPED.search(text_of(error)[:_LOOKED_AT]) and any(
        _MAPS.search(one.source.body) for one in graph.steps.values()
    ):
        error.add_note(
            "an array that maps a file reaches other steps as a read-only copy: open the file again in step "
            f"'{step.name}', with np.memmap or np.load(…, mmap_mode='r+')"
        )


def add_file_hint(error: BaseException, step: StepSpec) -> None:
    """Add a note to an error that misses a file on a host that has only a copy of the project."""
    if not isinstance(error, FileNotFoundError) or not isinstance(error.filename, str):
        return
    if os.path.isabs(error.filename):
        fix = "put it into the folder of the notebook, and name it by a relative path"
    else:
        fix = f"write --watch {error.filename} in the header of step '{step.name}'"
    error.add_note(f"this host does not share your disk, and gets only the files that steps name: {fix}")


def add_module_hint(error: BaseException, step: str = "") -> None:
    """Add a note to an error that misses a module on another host; `step` has a header in which files can be named."""
    missing = next((one for one in (error, error.__cause__) if isinstance(one, ModuleNotFoundError)), None)
    if missing is not None and missing.name:
        own = f", or, if it is a file of yours, write --watch FILE in the header of '{step}'" if step else ""
        error.add_note(f"the host {socket.gethostname()} does not have it: {INSTALL_THERE}{own}")


INSTALL_THERE = "install its package where the dask worker runs"


def _missing(error: BaseException, step: StepSpec) -> Iterator[str]:
    if isinstance(error, NameError) and error.name:
        yield error.name
    if (
        isinstance(error, KeyError)
        and error.args
        and isinstance(error.args[0], str)
        and _LOOKS_UP.search(step.source.body)
    ):
        yield error.args[0]
    if isinstance(error, Exception):
        text = " ".join(argument[:_LOOKED_AT] for argument in error.args[:10] if isinstance(argument, str))
        yield from (name for pattern in _MISSING for name in pattern.findall(text))


def _origin(name: str, step: StepSpec, graph: Graph) -> str:
    """Return what defines a name that the step was not given; "" if it was given, or if nothing above defines it."""
    linked = graph.links[step.name]
    if name in linked.parameters | linked.prelude | {binding.name for binding in linked.bindings}:
        return ""
    if any(parameter.name == name for parameter in graph.flow.parameters):
        return "a parameter"
    above = list(graph.links)[: list(graph.links).index(step.name)]
    writer = next((other for other in reversed(above) if name in graph.links[other].writes), None)
    if writer is not None:
        return f"written by step '{writer}' (cell {graph.steps[writer].place.cell})"
    definition = next((one for one in graph.prelude.definitions if name in one.names), None)
    return f"defined in cell {definition.place.cell}" if definition else ""


def _reads(step: StepSpec, graph: Graph) -> frozenset[str]:
    """Return the artifacts that the step reads already, because `--in` stands for the whole list."""
    own = step.names.reads | step.names.maybe_reads
    return frozenset(binding.name for binding in graph.links[step.name].bindings if binding.name in own)
