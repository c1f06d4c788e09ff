"""Plans a flow: what each cell of an ordinary notebook becomes, under which name, and why.

A draft makes steps of the cells that must be steps (`settle_plan`), small cells are merged (`merging`), literals are
offered as parameters (`offering`), steps get names (`step_names`) and wait for each other's files (`waiting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from nbflow.flow.graph.graph import Graph
from nbflow.flow.source.cell import Cell, Place, Problem
from nbflow.flow.source.ipython import PYTHON_MAGICS
from nbflow.flow.syntax.header import CellKind, Header, read_header
from nbflow.flow.syntax.places import listed
from nbflow.notebook.init.first_look import Choices, first_look
from nbflow.notebook.init.groups import Group
from nbflow.notebook.init.merging import merge_tiny
from nbflow.notebook.init.offering import Offer, loops, offers, split_offered, with_parameters
from nbflow.notebook.init.planned_kind import Becomes, PlannedKind
from nbflow.notebook.init.settle_plan import PlanDraft, know, nodes_of, settle_draft, writes_files
from nbflow.notebook.init.step_names import with_step_names
from nbflow.notebook.init.telling import Showing
from nbflow.notebook.init.waiting import with_waits

_KEY = re.compile(r"\bcell_\d+_\d+\b")
_NO_CHOICES = Choices()
_LOADS = re.compile(r"^\s*%(?:re)?load_ext\s+nbflow\b", re.M)

T = TypeVar("T")


@dataclass(frozen=True)
class PlanRow:
    """Describes one line of the plan: the numbers of the cells, their first words, and what becomes of them.

    `problems` are those of the plan that are in these cells.
    """

    cells: tuple[int, ...]
    words: str
    becomes: Becomes
    kind: PlannedKind
    name: str
    why: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class InitPlan:
    """Holds what is to be written, and the `graph` that it makes.

    `left` are problems that no rule could fix. `offers` are for the user to decide, and `taken` the offers that are
    parameters in this plan.
    """

    groups: tuple[Group, ...]
    rows: tuple[PlanRow, ...]
    left: tuple[Problem, ...]
    loads: bool
    graph: Graph
    offers: tuple[Offer, ...] = ()
    taken: tuple[Offer, ...] = ()
    loops: tuple[tuple[str, str], ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the names of the new steps."""
        return tuple(group.name for group in self.groups if group.name)

    @property
    def changes(self) -> bool:
        return self.loads or any(
            group.is_new or not group.parts[0].is_whole or group.parts[1:] for group in self.groups
        )


def plan_init(
    cells: Sequence[Cell],
    document: str = "",
    *,
    parameters: bool = False,
    shows_count: bool = False,
    choices: Choices = _NO_CHOICES,
) -> InitPlan:
    """Decide what each code cell of a notebook becomes. No cell is executed.

    With `parameters`, all literals that look like parameters become parameters. With `shows_count`, cells that only
    show something become steps too. `choices` come before every rule.
    """
    draft = _drafted(PlanDraft(tuple(first_look(cell, choices) for cell in cells), document), shows_count, choices)
    found = offers(draft) if choices.only is None else []
    wanted = [offer for offer in found if parameters or offer.name in choices.parameters]
    draft, taken = _with_parameters(draft, wanted) if wanted else (draft, [])
    named = PlanDraft(with_step_names(draft, choices.names), document)
    named = PlanDraft(with_waits(named), document)
    plan = planned(named)
    return replace(
        plan,
        loads=plan.loads and choices.only is None,
        offers=tuple(offer for offer in found if offer not in taken),
        taken=tuple(taken),
        loops=tuple((group.name, loop) for group in _closed(named) for loop in loops(group)),
    )


def _closed(draft: PlanDraft) -> Iterator[Group]:
    """Yield the new steps that change nothing but what their own code shows: no random state, nothing of functions."""
    for group in draft.groups:
        linked = draft.graph.links.get(group.name)
        if linked is not None and linked.writes <= draft.graph.steps[group.name].names.writes:
            yield group


def planned(draft: PlanDraft) -> InitPlan:
    """Return the plan that makes the notebook what a draft describes."""
    cells = (part.cell for group in draft.groups for part in group.parts)
    loads = any(group.is_new for group in draft.groups) and not any(_LOADS.search(cell.source) for cell in cells)
    left = tuple(one for one in draft.problems if not one.warning or one.rule in _TOLD)
    return InitPlan(draft.groups, tuple(_rows(draft, left)), left, loads, draft.graph)


_TOLD = frozenset({"setting-in-step", "setting-outside", "changed-outside", "drawn-outside", "written-outside"})


def _drafted(start: PlanDraft, shows_count: bool, choices: Choices) -> PlanDraft:
    draft = settle_draft(start, know(start, shows_count=shows_count))
    if choices.only is not None:  # each of these cells is a step of its own
        return draft
    if not draft.steps and not shows_count:  # otherwise nothing would be left to run
        draft = settle_draft(start, know(start, shows_count=True))
    tiny = merge_tiny(draft)
    return settle_draft(tiny, know(tiny, shows_count=shows_count)) if tiny.groups != draft.groups else draft


def _with_parameters(draft: PlanDraft, wanted: list[Offer]) -> tuple[PlanDraft, list[Offer]]:
    """Make parameters of literals, unless that adds an error. Return the draft, and those that are parameters now."""
    names = {offer.name for offer in wanted}
    groups = [part for group in draft.groups for part in split_offered(group, names)]
    after = PlanDraft(with_parameters(groups, wanted), draft.document)
    return (draft, []) if _errors(after) > _errors(draft) else (after, wanted)


def _errors(draft: PlanDraft) -> int:
    return sum(not one.warning for one in draft.problems)


# rows


def _rows(draft: PlanDraft, left: Sequence[Problem]) -> Iterator[PlanRow]:
    names = {at: name for name, at in draft.steps.items()}
    final = {group.key: group.name for group in draft.groups if group.name}
    showing = know(draft).showing
    renamed = partial(_KEY.sub, lambda found: final.get(found[0], found[0]))
    definitions = _by_group(draft, ((one.place, one) for one in draft.graph.prelude.definitions))
    problems = _by_group(draft, ((one.place, one) for one in left if one.place))
    for at, group in enumerate(draft.groups):
        numbers = tuple(dict.fromkeys(part.cell.number for part in group.parts))
        name = names.get(at, group.name) if group.becomes is Becomes.STEP else ""
        held = sorted({_KINDS[one.kind] for one in definitions.get(at, ())})
        why = renamed(group.why or _why(draft, at, name, held, showing))
        words = Cell(group.number, group.source).first_words
        told = tuple(problems.get(at, ()))
        yield PlanRow(numbers, words, group.becomes, _kind(group, held), name, why, told)


def _by_group(draft: PlanDraft, found: Iterable[tuple[Place, T]]) -> Mapping[int, Sequence[T]]:
    """Sort what was found by the index of the group that contains its place."""
    sorted_: dict[int, list[T]] = {}
    for place, one in found:
        sorted_.setdefault(draft.at(place), []).append(one)
    return sorted_


def _kind(group: Group, held: Sequence[str]) -> PlannedKind:
    """Return what a group is in the flow; `held` are the kinds of shared code in it."""
    header = read_header(group.source)
    if group.becomes is not Becomes.ORDINARY or header.kind is CellKind.SHARED:
        return _BY_HEADER[group.becomes]
    if (group.settled and not group.chosen) or _is_foreign(header):
        return PlannedKind.LEFT
    if not held:
        return PlannedKind.SCRATCH
    return PlannedKind.SETTINGS if held == [_SETTINGS] else PlannedKind.SHARED


_BY_HEADER = {
    Becomes.STEP: PlannedKind.STEP,
    Becomes.PARAMETERS: PlannedKind.PARAMETERS,
    Becomes.SHARED: PlannedKind.SHARED,
    Becomes.ORDINARY: PlannedKind.SHARED,  # it has the header already
}


def _is_foreign(header: Header) -> bool:
    return bool(header.magic) and header.magic not in PYTHON_MAGICS


def _why(draft: PlanDraft, at: int, name: str, held: Sequence[str], showing: Showing) -> str:
    if name:
        return _what_it_does(draft, name, showing)
    if _is_foreign(header := read_header(draft.groups[at].source)):
        return f"left alone: %%{header.magic} makes nothing that a step needs"
    if held:
        *some, last = held
        return f"{' and '.join((', '.join(some), last)) if some else last}: each step gets what it uses"
    if at not in draft.scratch:
        return "holds no code"
    return "stays ordinary, as you chose" if draft.groups[at].chosen else "only shows"


_SETTINGS = "settings"
_KINDS = {
    "import": "imports",
    "function": "functions",
    "class": "classes",
    "constant": "constants",
    "block": "constants",
    "effect": _SETTINGS,
    "shared": _SETTINGS,
}


def _what_it_does(draft: PlanDraft, name: str, showing: Showing) -> str:
    step, linked = draft.graph.steps[name], draft.graph.links[name]
    makes = sorted(one for one in linked.writes & step.names.writes - step.names.mutates if " " not in one)
    shared = sorted(one for one in linked.writes - step.names.writes if " " not in one)
    changes = sorted(one for one in linked.writes & step.names.mutates if " " not in one)
    said = [f"makes {listed(makes)}"] if makes else []
    said += [f"changes {listed(changes)}"] if changes else []
    said += [f"uses {listed(shared)}, which steps change"] if shared else []
    nodes = nodes_of(draft.groups[draft.steps[name]].source)
    said += ["writes files"] if writes_files(nodes) else []
    return ", ".join(said) or (ONLY_SHOWS if showing.only_shows(nodes) else _MAY_MATTER)


ONLY_SHOWS = "only shows"
_MAY_MATTER = "may change something that others see"
