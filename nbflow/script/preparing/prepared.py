"""Reads, links and checks a script: commands show the result, and a run starts from it."""

from __future__ import annotations

from dataclasses import dataclass

from nbflow.errors import FlowRefused
from nbflow.flow.flowspec.class_rules import check_script
from nbflow.flow.flowspec.classes import Script
from nbflow.flow.flowspec.links import link_script
from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Problem
from nbflow.script.language.cluster_requests import accept_requests
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.language.unsupported import unsupported_decorators
from nbflow.script.preparing.read_class import read_script
from nbflow.script.preparing.settling import finish, step_methods


@dataclass(frozen=True)
class Prepared:
    """Holds a script that has been read and linked: its class, its source and its graph."""

    cls: type[FlowSpec]
    script: Script
    graph: Graph


def prepare(cls: type[FlowSpec], decorators: tuple[str, ...] = (), has_cluster: bool = False) -> Prepared:
    """Read and link a flow class. `decorators` are those of `--with`. Raises MetaflowException if it cannot be read."""
    finish(cls, decorators)
    if has_cluster:
        accept_requests(step_methods(cls))
    script = read_script(cls)
    return Prepared(cls, script, link_script(script))


def refuse_script_errors(prepared: Prepared) -> None:
    """Raise FlowRefused if the checks find problems."""
    if found := script_problems(prepared):
        raise FlowRefused([str(problem) for problem in found])


def script_problems(prepared: Prepared) -> list[Problem]:
    """Return everything that the checks find wrong."""
    return [*unsupported_decorators(prepared.cls, prepared.script), *check_script(prepared.script)]
