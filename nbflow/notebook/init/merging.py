"""Merges tiny cells that follow each other: those that continue with one value, and long chains below a heading."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nbflow.flow.names.scope import mutated_by
from nbflow.flow.source.lines import lines_of
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.proposals import heading_of
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.planned_kind import Becomes
from nbflow.notebook.init.settle_plan import PlanDraft, can_merge, merged

_TINY = 4  # lines
_LARGEST = 12
_CHAIN = 5
"""The least number of tiny cells below one heading that are a long chain, which nobody wants to see as steps."""
_LONGEST = 40  # lines of a chain
_SLOW = re.compile(
    r"read|load|fetch|open$|get$|download|request|fit|train|predict|run|simulat|solve|search|optimi|sleep|minimi|cross_val"
)
"""Matches names of functions whose result deserves its own checkpoint: they take time, or read from outside."""


def merge_tiny(draft: PlanDraft) -> PlanDraft:
    """Merge tiny steps unless another cell reads the value between them or a text divides them."""
    groups: list[Group] = []
    for at, group in enumerate(draft.groups):
        if groups and at and _goes_on(draft, at, groups[-1]):
            groups[-1] = _merged((groups[-1], group), "tiny cells that go on with one value")
        else:
            groups.append(group)
    return PlanDraft(tuple(_merge_chains(groups)), draft.document)


def _merge_chains(groups: Sequence[Group]) -> Iterator[Group]:
    """Yield the groups; each long chain of tiny steps below a heading is one step, named by the heading."""
    chain: list[Group] = []
    above, is_top = "", True
    for group in groups:
        text = group.parts[0].cell.above.strip()
        if text or not _goes_into(chain, group):
            yield from _as_one(chain, above)
            chain = []
        above = (heading_of(text, top=is_top) or above) if text else above
        is_top = False
        if _can_chain(group):
            chain.append(group)
        else:
            yield group
    yield from _as_one(chain, above)


def _goes_into(chain: Sequence[Group], group: Group) -> bool:
    return _can_chain(group) and sum(len(lines_of(one.source)) for one in (*chain, group)) <= _LONGEST


def _can_chain(group: Group) -> bool:
    return _may_merge(group) and all(_is_tiny(replace(group, parts=(part,))) for part in group.parts)


def _may_merge(group: Group) -> bool:
    """Tell whether a step may be merged for its size alone, not only if it must be."""
    return can_merge((group,)) and not group.chosen


def _as_one(chain: Sequence[Group], above: str) -> Iterator[Group]:
    if above and sum(len(group.parts) for group in chain) >= _CHAIN:
        yield _merged(chain, f"tiny cells below “{above}”")
    else:
        yield from chain


def _merged(groups: Sequence[Group], why: str) -> Group:
    return replace(merged(groups, why), divisible=True)


def _goes_on(draft: PlanDraft, at: int, upper: Group) -> bool:
    above, group = draft.groups[at - 1], draft.groups[at]
    if not (_is_tiny(above) and _is_tiny(group)) or group.parts[0].cell.above.strip():
        return False
    if not _may_merge(above) or not _may_merge(group):
        return False
    return len(lines_of(upper.source)) + len(lines_of(group.source)) <= _LARGEST and _is_alone_with(draft, at)


def _is_tiny(group: Group) -> bool:
    """Tell whether a step is tiny and displays no value at its end."""
    tree = tree_of(group.source)
    if group.becomes is not Becomes.STEP or tree is None or not tree.body or len(lines_of(group.source)) > _TINY:
        return False
    return _is_quick(tree) and not _displays(tree.body[-1])


def _is_quick(tree: ast.Module) -> bool:
    calls = (one.func for one in every_node(tree) if isinstance(one, ast.Call))
    names = (one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls)
    return not any(isinstance(one, ast.For | ast.While | ast.Import) for one in tree.body) and not any(
        _SLOW.match(name) for name in names
    )


def _displays(last: ast.stmt) -> bool:
    if not isinstance(last, ast.Expr):
        return False
    call = last.value
    is_silent = isinstance(call, ast.Call) and (
        mutated_by(call) is not None or (isinstance(call.func, ast.Name) and call.func.id == "print")
    )
    return not is_silent


def _is_alone_with(draft: PlanDraft, at: int) -> bool:
    """Tell whether the step reads what the step above makes, and no other cell sees it in between."""
    keys = {number: name for name, number in draft.steps.items()}
    upper, lower = draft.graph.links[keys[at - 1]], draft.graph.links[keys[at]]
    between = upper.writes - (lower.writes - lower.maybe_writes)
    reads = {binding.name for binding in lower.bindings if keys[at - 1] in binding.writers}
    if not reads & upper.writes:
        return False
    readers = (name for name in draft.graph.downstream[keys[at - 1]] if name != keys[at])
    others = {
        binding.name
        for name in readers
        for binding in draft.graph.links[name].bindings
        if keys[at - 1] in binding.writers
    }
    return others.isdisjoint(upper.writes) and not _is_shown(draft, at, between)


def _is_shown(draft: PlanDraft, at: int, names: frozenset[str]) -> bool:
    """Tell whether a later cell that is not a step uses one of these names."""
    below = (one for number in range(at + 1, len(draft.groups)) for one in draft.scratch.get(number, ()))
    return any(re.search(rf"\b{re.escape(name)}\b", one.source) for one in below for name in names)
