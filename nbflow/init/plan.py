"""The plan of a flow: what each cell of an ordinary notebook becomes, under which name, and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nbflow.flow.cell import Cell, Problem
from nbflow.flow.definition import Definition
from nbflow.flow.header import read_header
from nbflow.flow.magics import PYTHON_MAGICS
from nbflow.flow.wording import listed
from nbflow.init.groups import Becomes, Group, group_of, tree_of
from nbflow.init.merging import merge_tiny
from nbflow.init.naming import with_names
from nbflow.init.offering import Offer, loops, offers, split_offered, with_parameters
from nbflow.init.settling import Draft, know, settle
from nbflow.init.waiting import with_waits

_LOADS = re.compile(r"^\s*%(?:re)?load_ext\s+nbflow\b", re.M)


@dataclass(frozen=True)
class Row:
    """One line of the plan: the cells by their numbers, their first words, and what becomes of them."""

    cells: tuple[int, ...]
    words: str
    becomes: Becomes
    name: str
    why: str


@dataclass(frozen=True)
class Plan:
    """What is to be written. `left` are the problems that no rule could mend; `offers` what a person may decide."""

    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    left: tuple[Problem, ...]
    offers: tuple[Offer, ...]
    loops: tuple[tuple[str, str], ...]
    loads: bool

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the steps that are new."""
        return tuple(group.name for group in self.groups if group.name)

    @property
    def changes(self) -> bool:
        return self.loads or any(
            group.is_new or not group.parts[0].is_whole or group.parts[1:] for group in self.groups
        )


def plan_flow(
    cells: Sequence[Cell], document: str = "", *, parameters: bool = False, shows_count: bool = False
) -> Plan:
    """Decide what each code cell of a notebook becomes. Nothing of it is executed.

    `parameters`: literals that look like parameters become some. `shows_count`: cells that only show become steps.
    """
    draft = _drafted(cells, document, shows_count)
    found = offers(draft)
    if parameters and found:
        draft, found = _with_parameters(draft, found)
    named = Draft(with_names(draft), document)
    named = Draft(with_waits(named), document)
    candidates = tuple((group.name, loop) for group in named.groups if group.name for loop in loops(group))
    return replace(planned(named), offers=tuple(found), loops=candidates)


def planned(draft: Draft) -> Plan:
    """The plan that makes the notebook what a draft is."""
    cells = (part.cell for group in draft.groups for part in group.parts)
    loads = any(group.is_new for group in draft.groups) and not any(_LOADS.search(cell.source) for cell in cells)
    left = tuple(one for one in draft.problems if not one.warning or one.rule in _TOLD)
    return Plan(draft.groups, tuple(_rows(draft)), left, (), (), loads)


_TOLD = frozenset({"setting-in-step", "setting-outside", "changed-outside", "drawn-outside", "written-outside"})


def _drafted(cells: Sequence[Cell], document: str, shows_count: bool) -> Draft:
    start = Draft(tuple(map(_first_look, cells)), document)
    draft = settle(start, know(start, shows_count=shows_count))
    if not draft.steps and not shows_count:  # else nothing of it would be left to run
        draft = settle(start, know(start, shows_count=True))
    tiny = merge_tiny(draft)
    return settle(tiny, know(tiny, shows_count=shows_count)) if tiny.groups != draft.groups else draft


def _first_look(cell: Cell) -> Group:
    """Leave alone what is no Python."""
    group = group_of(cell)
    if group.settled:
        return group
    if tree_of(cell.source) is None:
        return group.become(Becomes.ORDINARY, "left alone: Python cannot read it", settled=True)
    return group


def _with_parameters(draft: Draft, found: list[Offer]) -> tuple[Draft, list[Offer]]:
    """The draft with its literals as parameters, if nothing is wrong then that was right before."""
    names = {offer.name for offer in found}
    groups = [part for group in draft.groups for part in split_offered(group, names)]
    after = Draft(with_parameters(groups, found), draft.document)
    if _errors(after) > _errors(draft):
        return draft, found
    return after, []


def _errors(draft: Draft) -> int:
    return sum(not one.warning for one in draft.problems)


# rows


def _rows(draft: Draft) -> Iterator[Row]:
    names = {at: name for name, at in draft.steps.items()}
    definitions: dict[int, list[Definition]] = {}
    for one in draft.graph.prelude.definitions:
        definitions.setdefault(draft.at(one.place), []).append(one)
    for at, group in enumerate(draft.groups):
        numbers = tuple(dict.fromkeys(part.cell.number for part in group.parts))
        name = names.get(at, "") if group.becomes is Becomes.STEP else ""
        why = group.why or _why(draft, at, name, definitions.get(at, ()))
        yield Row(numbers, Cell(group.number, group.source).first_words, group.becomes, name, why)


def _why(draft: Draft, at: int, name: str, definitions: Sequence[Definition]) -> str:
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


def _what_it_does(draft: Draft, name: str) -> str:
    step, linked = draft.graph.steps[name], draft.graph.links[name]
    makes = sorted(one for one in linked.writes - step.mutates if " " not in one)
    changes = sorted(one for one in linked.writes & step.mutates if " " not in one)
    said = [f"makes {listed(makes)}"] if makes else []
    said += [f"changes {listed(changes)}"] if changes else []
    return ", ".join(said) or ("only shows" if _prints(draft, name) else "does something that a run must do as well")


def _prints(draft: Draft, name: str) -> bool:
    tree = tree_of(draft.groups[draft.steps[name]].source)
    return tree is not None and all(isinstance(one, ast.Expr | ast.For | ast.If | ast.With) for one in tree.body)
