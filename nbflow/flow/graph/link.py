"""Links steps: `link` is the only place where edges are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nbflow.flow.graph.graph import Binding, Graph, Link
from nbflow.flow.graph.linking import JoinLink, Linker
from nbflow.flow.graph.transitions import follow
from nbflow.flow.syntax.specs import FlowSource
from nbflow.garbage import without_gc


@without_gc()
def link(flow: FlowSource, learned: Mapping[str, frozenset[str]] | None = None) -> Graph:
    """Bind every read to the nearest writer above.

    `learned` maps steps to names that earlier runs found them to write. `link` never raises: mistakes in the flow are
    left to the checks. If two steps have one name, the first one counts.
    """
    unique = {step.name: step for step in reversed(flow.steps)}
    steps = follow([step for step in flow.steps if unique[step.name] is step])
    above = Linker(flow, learned or {})
    for step in steps:
        above.add(step)
    links = {name: _link(joining) for name, joining in above.joinings.items()}
    joins = {name: joining.join for name, joining in above.joinings.items()}
    joined = (replace(step, control=replace(step.control, join=joins[step.name])) for step in steps)
    return Graph(replace(flow, steps=tuple(joined)), links)


def _link(joining: JoinLink) -> Link:
    return Link(
        bindings=tuple(
            Binding(read.name, read.writers, read.required, read.sure, read.always) for read in joining.reads
        ),
        parameters=joining.parameters,
        prelude=joining.prelude,
        upstream=joining.upstream,
        scope=joining.region.scope,
        rank=joining.rank,
        joined=joining.region.joined,
        opened=joining.region.opened,
        answers=joining.answers,
        unknown=joining.unknown,
        writes=joining.writes,
        maybe_writes=joining.maybe_writes,
        passing=joining.passing,
        ends=joining.ends,
        ended=joining.ended,
        branches=joining.branches,
        carried=joining.carried,
        seeded=joining.seeded,
        draws=joining.draws,
        files=joining.files,
        modules=joining.modules,
    )
