"""Decides which cells are steps: a draft is linked and checked, and rules fix it until nothing changes any more."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.files.file_use import Access
from nbflow.flow.files.fileorder import space_of_prelude
from nbflow.flow.files.uses import uses_of
from nbflow.flow.graph.graph import Graph, Link
from nbflow.flow.graph.link import link
from nbflow.flow.names.code import names_of
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Place, Problem
from nbflow.flow.source.ipython import SHELL_CALL
from nbflow.flow.source.trees import every_node
from nbflow.flow.syntax.definition import Scratch
from nbflow.flow.syntax.places import OF_A_TEXT, listed
from nbflow.flow.syntax.specs import StepSpec
from nbflow.flow.syntax.statement_lines import tree_of
from nbflow.notebook.init.dividing import divided
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.lasting import Lasting
from nbflow.notebook.init.planned_kind import Becomes
from nbflow.notebook.init.telling import Showing

_ROUNDS = 30
"""The limit of rounds. Each round fixes something for good; few notebooks need more than four."""

_REFUSED = OF_A_TEXT | {"metaflow"}
"""Names the problems with the text of a step. Such a cell is left as it is."""

_LATER = frozenset({"class", "function", "import"})
"""Names the kinds of definitions whose code runs when a step uses them."""

_MEANT_FOR_A_CELL = frozenset({"setting-in-step", "star-import"})
"""Names the problems with statements of a step that belong into an ordinary cell."""

_MEANT_FOR_A_STEP = frozenset(
    {"changed-outside", "drawn-outside", "artifact-read", "written-outside", "setting-outside"}
)
"""Names the problems with ordinary cells that only a step can solve."""


@dataclass(frozen=True)
class PlanDraft:
    """Holds groups of cells, and what the checker says of the flow that they make."""

    groups: tuple[Group, ...]
    document: str

    @cached_property
    def graph(self) -> Graph:
        return link(read_flow([group.cell for group in self.groups], "", self.document))

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        return check_flow(self.graph)

    def at(self, place: Place) -> int:
        """Return the index of the group that contains this place."""
        return bisect_right(self._starts, (place.cell, place.line)) - 1

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        """Return where each group begins. A later part of a cell begins below the blank lines for the parts above."""
        return [(group.number, group.above + 1) for group in self.groups]

    @cached_property
    def steps(self) -> Mapping[str, int]:
        """Return the index of the group of each step."""
        return {step.name: self.at(step.place) for step in self.graph.steps.values()}

    @cached_property
    def scratch(self) -> Mapping[int, Sequence[Scratch]]:
        """Return what each group computes that steps cannot see."""
        found: dict[int, list[Scratch]] = {}
        for one in self.graph.flow.scratch:
            found.setdefault(self.at(one.place), []).append(one)
        return found

    def with_groups(self, changed: Mapping[int, Group]) -> PlanDraft:
        return PlanDraft(tuple(changed.get(at, group) for at, group in enumerate(self.groups)), self.document)


@dataclass(frozen=True)
class Notebook:
    """Holds facts about the whole code that do not depend on which cells are steps."""

    showing: Showing
    lasting: Lasting
    shows_count: bool = False  # whether cells that only show something become steps too


def know(draft: PlanDraft, *, shows_count: bool = False) -> Notebook:
    """Collect the facts about the code of a draft."""
    trees = [tree for group in draft.groups if (tree := tree_of(group.source)) is not None]
    graph = draft.graph
    origins = dict(pair for one in graph.prelude.definitions for pair in one.origins)
    origins |= dict(pair for step in graph.steps.values() for pair in step.names.imports)
    lasting = Lasting(trees, origins)
    return Notebook(Showing(trees, origins, lasting), lasting, shows_count)


def settle_draft(draft: PlanDraft, notebook: Notebook) -> PlanDraft:
    """Fix a draft until no rule can fix anything more."""
    for _ in range(_ROUNDS):
        better = _give_up(draft) or _promote(draft, notebook) or _divide(draft)
        better = better or _merge(draft, notebook) or _stay(draft)
        if better is None:
            break
        draft = better
    return draft


# what cannot be a step


def _give_up(draft: PlanDraft) -> PlanDraft | None:
    """Leave a cell alone if the checker cannot read its code as a step."""
    changed: dict[int, Group] = {}
    for one in draft.problems:
        if one.rule in _REFUSED and not one.warning and one.place is not None:
            group = draft.groups[at := draft.at(one.place)]
            if not group.settled:
                left = group.become(Becomes.ORDINARY, f"left alone: {one.message}", settled=True)
                changed.setdefault(at, replace(left, chosen=False))
    return draft.with_groups(changed) if changed else None


# what must be a step


def _promote(draft: PlanDraft, notebook: Notebook) -> PlanDraft | None:
    """Make steps of ordinary cells that compute something, or that other steps need."""
    changed: dict[int, Group] = {}
    for at, why in _wanted(draft, notebook):
        group = draft.groups[at]
        if not group.settled and group.becomes is Becomes.ORDINARY:
            changed.setdefault(at, group.become_step(why))
    return draft.with_groups(changed) if changed else None


def _wanted(draft: PlanDraft, notebook: Notebook) -> Iterator[tuple[int, str]]:
    for at, scratch in draft.scratch.items():
        nodes = [node for one in scratch for node in nodes_of(one.source)]
        if notebook.shows_count or not notebook.showing.only_shows(nodes):
            yield at, ""
    for one in draft.problems:
        if one.rule in _MEANT_FOR_A_STEP and one.place is not None:
            yield draft.at(one.place), one.message
    yield from _read_below(draft)
    yield from ((at, "") for at, group in enumerate(draft.groups) if _commands(group))
    yield from _drawing(draft)
    yield from _computing(draft, notebook)
    yield from _used_up(draft, notebook)
    yield from _changed_below(draft)


def nodes_of(source: str) -> Sequence[ast.stmt]:
    tree = tree_of(source)
    return tree.body if tree else ()


def _commands(group: Group) -> bool:
    """Tell whether IPython lines in an ordinary cell write a file or bind a name, which a run must also do."""
    if group.settled or group.becomes is not Becomes.ORDINARY or not _MAGIC.search(group.source):
        return False
    tree = tree_of(group.source)
    nodes = [node for node in tree.body if SHELL_CALL in ast.unparse(node)] if tree else []
    binds = any(isinstance(node, ast.With) and node.items[0].optional_vars for node in tree.body) if tree else False
    return binds or writes_files(nodes)


def writes_files(nodes: Sequence[ast.stmt]) -> bool:
    """Tell whether statements write files, as far as their code shows it."""
    uses = uses_of(nodes, space_of_prelude(())) if nodes else ()
    return any(use.access.writes and use.access is not Access.TOUCH for use in uses)


_MAGIC = re.compile(r"^\s*[%!]", re.M)


def _read_below(draft: PlanDraft) -> Iterator[tuple[int, str]]:
    """Yield the ordinary cells that bind a name which a later step reads."""
    binders: dict[str, list[tuple[Place, int]]] = {}
    for at, scratch in draft.scratch.items():
        for one in scratch:
            for name in one.names | one.changes:
                binders.setdefault(name, []).append((one.place, at))
    for step in draft.graph.steps.values() if binders else ():
        linked = draft.graph.links[step.name]
        suspects = (step.names.reads | step.names.maybe_reads | linked.prelude) & binders.keys()
        names = (
            suspects & (step.names.reads | linked.unknown | names_of(step.source.body).free) if suspects else suspects
        )
        for name in sorted(names):
            above = [at for place, at in binders[name] if place < step.place]
            yield from ((at, f"step '{step.name}' below reads '{name}'") for at in above[-1:])
    for definition in draft.graph.prelude.definitions if binders else ():
        for name in sorted(definition.reads & binders.keys()):
            reader = "a function" if definition.kind in _LATER else "a setting"
            yield binders[name][-1][1], f"{reader} reads '{name}'"


def _drawing(draft: PlanDraft) -> Iterator[tuple[int, str]]:
    """Yield the ordinary cells that draw random numbers: as shared code, every worker would draw them again."""
    for definition in draft.graph.prelude.definitions:
        if definition.kind not in _LATER and not definition.reads.isdisjoint(GENERATORS):
            yield draft.at(definition.place), ""


def _computing(draft: PlanDraft, notebook: Notebook) -> Iterator[tuple[int, str]]:
    """Yield the ordinary cells that compute a value and change shared objects on the way, as `model = Model(config)`
    may: as shared code, every worker would compute it again, and nobody would see what it prints.
    """
    for definition in draft.graph.prelude.definitions:
        if definition.kind == "effect" and not definition.setting:
            nodes = nodes_of(definition.source)
            if any(map(_computes, nodes)) or (notebook.shows_count and any(map(_prints, nodes))):
                yield draft.at(definition.place), ""


def _computes(node: ast.stmt) -> bool:
    match node:
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value) | ast.AugAssign(value=value):
            return any(isinstance(one, ast.Call) for one in every_node(value))
        case _:
            return False


def _prints(node: ast.stmt) -> bool:
    return any(isinstance(one, ast.Name) and one.id in ("print", "display") for one in every_node(node))


def _used_up(draft: PlanDraft, notebook: Notebook) -> Iterator[tuple[int, str]]:
    """Yield the ordinary cells that make a value for steps which reading uses up, such as a generator."""
    read = frozenset[str]().union(*(step.names.reads | linked.prelude for step, linked in _linked(draft)))
    for at, group in enumerate(draft.groups):
        tree = tree_of(group.source) if group.becomes is Becomes.ORDINARY else None
        made = notebook.lasting.bound(tree.body, {}) if tree else {}
        yield from ((at, f"'{name}' is {made[name]}") for name in sorted(made.keys() & read))


def _linked(draft: PlanDraft) -> Iterator[tuple[StepSpec, Link]]:
    return ((step, draft.graph.links[step.name]) for step in draft.graph.steps.values())


def _changed_below(draft: PlanDraft) -> Iterator[tuple[int, str]]:
    """Yield the ordinary cells that change an object which an earlier step may have put into something else."""
    changes = [one for one in draft.graph.prelude.definitions if one.changes and not one.setting]
    for one in changes:
        for step, linked in _linked(draft):
            if step.place < one.place and (names := one.changes & (linked.prelude | step.names.reads)):
                yield draft.at(one.place), f"changes {listed(names)}, which step '{step.name}' above uses"
                break


# what only an ordinary cell can do


def _divide(draft: PlanDraft) -> PlanDraft | None:
    """Move settings and star imports out of steps into ordinary cells: a setting would end with its step."""
    lines: dict[int, set[int]] = {}
    for one in draft.problems:
        if one.rule in _MEANT_FOR_A_CELL and one.place is not None:
            lines.setdefault(draft.at(one.place), set()).add(one.place.line)
    for at, found in sorted(lines.items(), reverse=True):
        group = draft.groups[at]
        parts = [] if group.settled else list(divided(group, {line - group.above - 1 for line in found}))
        if len(parts) > 1:
            after = PlanDraft((*draft.groups[:at], *parts, *draft.groups[at + 1 :]), draft.document)
            kept = (number for number, part in enumerate(parts, at) if part.becomes is Becomes.ORDINARY)
            if not any(number in after.scratch for number in kept):
                return after
    return None


def _stay(draft: PlanDraft) -> PlanDraft | None:
    """Merge steps that share something only their process keeps, if no ordinary cell can provide it.

    Each call adds one step; in the end the group reaches from the first step that makes it to the last that sees it.
    """
    steps = sorted(draft.steps.values())
    for first, last in sorted(_together(draft, steps), reverse=True):
        if can_merge(draft.groups[first : last + 1]):
            whole = merged(draft.groups[first : last + 1], "shares what only its own process keeps")
            return PlanDraft((*draft.groups[:first], whole, *draft.groups[last + 1 :]), draft.document)
    return None


def _together(draft: PlanDraft, steps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the step with such a problem and a neighbour: below it one that may see a setting, above it one that may
    fill a cache.
    """
    for one in draft.problems:
        at = draft.at(one.place) if one.place is not None else -1
        if one.rule in ("setting-in-step", "temporary-file"):
            yield from ((at, step) for step in steps[bisect_right(steps, at) :][:1])
        elif one.rule == "cache-of-function":
            yield from ((step, at) for step in steps[: bisect_left(steps, at)][-1:])


# what must be one step


def _merge(draft: PlanDraft, notebook: Notebook) -> PlanDraft | None:
    """Merge the cells that share a value which no store can keep."""
    spans = {(writer, reader): why for writer, reader, why in _shared(draft, notebook) if writer < reader}
    groups = draft.groups
    for (first, last), why in sorted(spans.items(), reverse=True):
        if last < len(groups) and can_merge(groups[first : last + 1]):
            groups = (*groups[:first], merged(groups[first : last + 1], why), *groups[last + 1 :])
            return PlanDraft(groups, draft.document)
    return None


def _shared(draft: PlanDraft, notebook: Notebook) -> Iterator[tuple[int, int, str]]:
    """Yield pairs of groups in which one reads a value that the other made and that cannot be stored."""
    known: dict[str, str] = {}
    lost: dict[str, dict[str, str]] = {}
    for step in draft.graph.steps.values():
        tree = tree_of(step.source.body)
        known = notebook.lasting.bound(tree.body, known) if tree else known
        lost[step.name] = {name: known[name] for name in known.keys() & draft.graph.links[step.name].writes}
        for binding in draft.graph.links[step.name].bindings:
            for writer in binding.writers:
                if word := lost.get(writer, {}).get(binding.name):
                    why = f"'{binding.name}' is {word}, which cannot be stored"
                    yield draft.steps[writer], draft.steps[step.name], why


def can_merge(groups: Sequence[Group]) -> bool:
    """Tell whether cells can become one: cells that nbflow knows already or cannot read stay alone."""
    return all(group.is_open and not group.source.lstrip().startswith("%%") for group in groups)


def merged(groups: Sequence[Group], why: str) -> Group:
    return Group(tuple(part for group in groups for part in group.parts), Becomes.STEP, why=why)
