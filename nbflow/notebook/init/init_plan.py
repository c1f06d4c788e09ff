"""Plans a flow: what each cell of an ordinary notebook becomes, under which name, and why.

A draft makes steps of the cells that must be steps (`settle_plan`), small cells are merged (`merging`), literals are
offered as parameters (`offering`), steps get names (`step_names`) and wait for each other's files (`waiting`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from nbflow.flow.source.cell import Cell, Problem
from nbflow.flow.source.ipython import PYTHON_MAGICS
from nbflow.flow.syntax.definition import Definition
from nbflow.flow.syntax.header import read_header
from nbflow.flow.syntax.places import listed
from nbflow.notebook.init.groups import Becomes, Group, group_of, tree_of
from nbflow.notebook.init.merging import merge_tiny
from nbflow.notebook.init.offering import Offer, loops, offers, split_offered, with_parameters
from nbflow.notebook.init.settle_plan import PlanDraft, know, settle_draft
from nbflow.notebook.init.step_names import with_step_names
from nbflow.notebook.init.waiting import with_waits

_KEY = re.compile(r"\bcell_\d+_\d+\b")
_LOADS = re.compile(r"^\s*%(?:re)?load_ext\s+nbflow\b", re.M)


@dataclass(frozen=True)
class PlanRow:
    """Describes one line of the plan: the numbers of the cells, their first words, and what becomes of them."""

    cells: tuple[int, ...]
    words: str
    becomes: Becomes
    name: str
    why: str


@dataclass(frozen=True)
class InitPlan:
    """Holds what is to be written. `left` are problems that no rule could fix; `offers` are for the user to decide."""

    groups: tuple[Group, ...]
    rows: tuple[PlanRow, ...]
    left: tuple[Problem, ...]
    offers: tuple[Offer, ...]
    loops: tuple[tuple[str, str], ...]
    loads: bool

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
    cells: Sequence[Cell], document: str = "", *, parameters: bool = False, shows_count: bool = False
) -> InitPlan:
    """Decide what each code cell of a notebook becomes. No cell is executed.

    With `parameters`, literals that look like parameters become parameters. With `shows_count`, cells that only show
    something become steps too.
    """
    draft = _drafted(cells, document, shows_count)
    found = offers(draft)
    if parameters and found:
        draft, found = _with_parameters(draft, found)
    named = PlanDraft(with_step_names(draft), document)
    named = PlanDraft(with_waits(named), document)
    candidates = tuple((group.name, loop) for group in named.groups if group.name for loop in loops(group))
    return replace(planned(named), offers=tuple(found), loops=candidates)


def planned(draft: PlanDraft) -> InitPlan:
    """Return the plan that makes the notebook what a draft describes."""
    cells = (part.cell for group in draft.groups for part in group.parts)
    loads = any(group.is_new for group in draft.groups) and not any(_LOADS.search(cell.source) for cell in cells)
    left = tuple(one for one in draft.problems if not one.warning or one.rule in _TOLD)
    return InitPlan(draft.groups, tuple(_rows(draft)), left, (), (), loads)


_TOLD = frozenset({"setting-in-step", "setting-outside", "changed-outside", "drawn-outside", "written-outside"})


def _drafted(cells: Sequence[Cell], document: str, shows_count: bool) -> PlanDraft:
    start = PlanDraft(tuple(map(_first_look, cells)), document)
    draft = settle_draft(start, know(start, shows_count=shows_count))
    if not draft.steps and not shows_count:  # otherwise nothing would be left to run
        draft = settle_draft(start, know(start, shows_count=True))
    tiny = merge_tiny(draft)
    return settle_draft(tiny, know(tiny, shows_count=shows_count)) if tiny.groups != draft.groups else draft


def _first_look(cell: Cell) -> Group:
    """Return the group of a cell. A cell that is not valid Python stays as it is."""
    group = group_of(cell)
    if group.settled:
        return group
    if tree_of(cell.source) is None:
        return group.become(Becomes.ORDINARY, "left alone: it is not valid Python", settled=True)
    return group


def _with_parameters(draft: PlanDraft, found: list[Offer]) -> tuple[PlanDraft, list[Offer]]:
    """Make parameters of the literals found, unless that adds an error."""
    names = {offer.name for offer in found}
    groups = [part for group in draft.groups for part in split_offered(group, names)]
    after = PlanDraft(with_parameters(groups, found), draft.document)
    if _errors(after) > _errors(draft):
        return draft, found
    return after, []


def _errors(draft: PlanDraft) -> int:
    return sum(not one.warning for one in draft.problems)


# rows


def _rows(draft: PlanDraft) -> Iterator[PlanRow]:
    names = {at: name for name, at in draft.steps.items()}
    definitions: dict[int, list[Definition]] = {}
    for one in draft.graph.prelude.definitions:
        definitions.setdefault(draft.at(one.place), []).append(one)
    final = {group.key: group.name for group in draft.groups if group.name}
    renamed = partial(_KEY.sub, lambda found: final.get(found[0], found[0]))
    for at, group in enumerate(draft.groups):
        numbers = tuple(dict.fromkeys(part.cell.number for part in group.parts))
        name = names.get(at, "") if group.becomes is Becomes.STEP else ""
        why = group.why or _why(draft, at, name, definitions.get(at, ()))
        yield PlanRow(numbers, Cell(group.number, group.source).first_words, group.becomes, name, renamed(why))


def _why(draft: PlanDraft, at: int, name: str, definitions: Sequence[Definition]) -> str:
    if name:
        return _what_it_does(draft, name)
    if (magic := read_header(draft.groups[at].source).magic) and magic not in PYTHON_MAGICS:
        return f"left alone: %%{magic} makes nothing that a step needs"
    if at in draft.scratch:
        return "only shows"
    *kinds, last = sorted({_KINDS[one.kind] for one in definitions}) or ("",)
    said = " and ".join((", ".join(kinds), last)) if kinds else last
    return f"{said}: each step gets what it uses" if said else "holds no code"


_KINDS = {
    "import": "imports",
    "function": "functions",
    "class": "classes",
    "constant": "constants",
    "block": "constants",
    "effect": "settings",
    "shared": "settings",
}


def _what_it_does(draft: PlanDraft, name: str) -> str:
    step, linked = draft.graph.steps[name], draft.graph.links[name]
    makes = sorted(one for one in linked.writes - step.names.mutates if " " not in one)
    changes = sorted(one for one in linked.writes & step.names.mutates if " " not in one)
    said = [f"makes {listed(makes)}"] if makes else []
    said += [f"changes {listed(changes)}"] if changes else []
    return ", ".join(said) or ("only shows" if _prints(draft, name) else "does something that a run must also do")


def _prints(draft: PlanDraft, name: str) -> bool:
    tree = tree_of(draft.groups[draft.steps[name]].source)
    return tree is not None and all(isinstance(one, ast.Expr | ast.For | ast.If | ast.With) for one in tree.body)
