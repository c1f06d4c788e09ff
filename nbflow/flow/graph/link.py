"""Links steps: `link` is the only place where edges are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nbflow.flow.graph.draft_link import DraftLink
from nbflow.flow.graph.graph import Binding, Graph, Link
from nbflow.flow.graph.link_memory import LinkMemory
from nbflow.flow.graph.transitions import follow
from nbflow.flow.syntax.specs import FlowSource, StepSpec
from nbflow.garbage import without_gc


@without_gc()
def link(
    flow: FlowSource, learned: Mapping[str, frozenset[str]] | None = None, memory: LinkMemory | None = None
) -> Graph:
    """Bind every read to the nearest writer above.

    `learned` maps steps to names that earlier runs found them to write. With a `memory` of the same document, steps
    that an edit does not concern keep their links. `link` never raises: mistakes in the flow are left to the checks.
    If two steps have one name, the first one counts.
    """
    unique = {step.name: step for step in reversed(flow.steps)}
    steps = follow([step for step in flow.steps if unique[step.name] is step])
    memory = memory or LinkMemory()
    linker, below = memory.around_edits(flow, learned or {}, steps)
    links = memory.known(linker)
    for step in steps[len(links) :]:
        is_kept = below.add_to(linker, step)
        links[step.name] = memory.links[step.name] if is_kept else _link(linker.drafts[step.name])
    memory.keep(linker, links)
    joining = tuple(_joining(step, linker.drafts[step.name].join) for step in steps)
    return Graph(replace(flow, steps=joining), links, waiting=linker.ancestry.copy(), learned=learned or {})


def _joining(step: StepSpec, join: str | None) -> StepSpec:
    return step if step.control.join == join else replace(step, control=replace(step.control, join=join))


def _link(draft: DraftLink) -> Link:
    return Link(
        bindings=tuple(Binding(read.name, read.writers, read.required, read.sure, read.always) for read in draft.reads),
        parameters=draft.parameters,
        prelude=draft.prelude,
        upstream=draft.upstream,
        scope=draft.region.scope,
        rank=draft.rank,
        joined=draft.region.joined,
        opened=draft.region.opened,
        answers=draft.answers,
        unknown=draft.unknown,
        writes=draft.writes,
        maybe_writes=draft.maybe_writes,
        passing=draft.passing,
        ends=draft.ends,
        ended=draft.ended,
        branches=draft.branches,
        carried=draft.carried,
        seeded=draft.seeded,
        draws=draft.draws,
        files=draft.files,
        modules=draft.modules,
    )
