"""Gives names to the new steps of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from nbflow.flow.graph.graph import Graph
from nbflow.flow.syntax.proposals import free_name, heading_of, name_by_code, slug
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.planned_kind import Becomes
from nbflow.notebook.init.settle_plan import PlanDraft


def with_step_names(draft: PlanDraft, chosen: Mapping[str, str]) -> tuple[Group, ...]:
    """Return the groups; each new step has the name chosen for its key, or one that no other step has."""
    taken = {name for name, at in draft.steps.items() if draft.groups[at].settled} | {*chosen.values()}
    keys = {at: name for name, at in draft.steps.items()}
    named: list[Group] = []
    above, is_used, is_top = "", False, True
    for at, group in enumerate(draft.groups):
        if text := group.parts[0].cell.above.strip():
            above, is_used = heading_of(text, top=is_top) or above, False
        is_top = False
        if not (group.is_new and group.becomes is Becomes.STEP):
            named.append(group)
            continue
        wanted = "" if is_used else slug(above)
        is_used = True
        wanted = wanted or _by_code(draft, group, keys[at]) or f"cell_{group.number}"
        name = chosen.get(group.key) or free_name(wanted, taken)
        taken.add(name)
        named.append(replace(group, name=name))
    return tuple(named)


def _by_code(draft: PlanDraft, group: Group, key: str) -> str:
    tree, linked = tree_of(group.source), draft.graph.links[key]
    reads = (binding.name for binding in linked.bindings if binding.required)
    return name_by_code(tree.body if tree else (), linked.writes, _asked(draft.graph, key), reads)


def _asked(graph: Graph, step: str) -> frozenset[str]:
    """Return the names of a step that the steps below it read."""
    bindings = (binding for linked in graph.links.values() for binding in linked.bindings)
    return frozenset(binding.name for binding in bindings if step in binding.writers)
