"""Adds what cells need to keep the meaning of a script.

A step of a notebook reads from the nearest step above, a step of a script what arrives along its transitions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.foreach_scopes import is_within
from nbflow.flow.graph.graph import Binding, Graph
from nbflow.importing.cells.drafts import StepDrafts
from nbflow.importing.design.decisions import Design
from nbflow.importing.reading.conditions import are_exclusive
from nbflow.importing.reading.methods import ITEM
from nbflow.importing.refusals import CannotCarryOver, Obstacle, ObstacleFound


def keep_meaning(design: Design, steps: StepDrafts) -> None:
    """Change cells until they mean what the script means. Raises ObstacleFound and CannotCarryOver if no cell can."""
    _name_sources(design, steps)
    _keep_scopes(design, steps)
    _keep_order(design, steps)
    _refuse_problems(design, steps)


def _name_sources(design: Design, steps: StepDrafts) -> None:
    """Name the source of a read where the nearest step above is not the one that the script means."""
    graph = steps.graph()
    for name in design.kept:
        wrong = [
            (one, writers, binding)
            for one, writers in _meant(design, name)
            if (binding := _binding(graph, name, one)) is not None
            and not _agrees(design, name, binding, writers)
            and not _hands_on_list(design, name, binding)
        ]
        lines = [_named(design, name, writers, binding) for _, writers, binding in wrong]
        steps.bodies[name] = "\n".join([*lines, steps.bodies[name]])


def _meant(design: Design, name: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each artifact that a step reads, and the steps that may have written it."""
    entering = design.seen.entering[name]
    reads = design.reads[name] | design.added_reads(name) | {_list_of(design, name)}
    for one in sorted(reads & design.artifacts & entering.keys()):
        yield one, entering[one]


def _list_of(design: Design, name: str) -> str:
    """Return the list that the foreach of a step iterates over; "" if there is none."""
    above = design.foreach_above(name)
    return (above[1].foreach or "") if above else ""


def _hands_on_list(design: Design, name: str, binding: Binding) -> bool:
    """Tell whether the list of a foreach comes from the step before it, which writes it again as it is."""
    above = design.foreach_above(name)
    return above is not None and binding.writers[0] == above[0] and binding.name in design.hands_on.get(above[0], ())


def _binding(graph: Graph, name: str, artifact: str) -> Binding | None:
    return next((one for one in graph.links[name].bindings if one.name == artifact), None)


def _agrees(design: Design, name: str, binding: Binding, writers: frozenset[str]) -> bool:
    """Tell whether notebook and script find the same value: only one writer runs, or the nearest one that ran is last.

    If none of them ran, a notebook looks further up. That must not lead into a foreach that has ended.
    """
    possible: list[str] = []
    for one in binding.writers:
        if not are_exclusive(design.conditions[one], design.conditions[name]):
            possible += [] if any(_hides(design, nearer, one, binding.name) for nearer in possible) else [one]
    is_outside = all(is_within(design.scope(name), design.scope(one)) for one in binding.writers)
    return set(possible[: len(writers)]) == writers and is_outside


def _hides(design: Design, nearer: str, other: str, artifact: str) -> bool:
    """Tell whether the nearer of two steps sets the artifact whenever the other has run."""
    needed, known = design.conditions[nearer], design.conditions[other]
    return artifact in design.steps[nearer].sure and all(
        switch in known and known[switch] <= taken for switch, taken in needed.items()
    )


def _named(design: Design, name: str, writers: frozenset[str], binding: Binding) -> str:
    artifact, writer = binding.name, max(sorted(writers), key=lambda one: one != binding.writers[0])
    nearest = binding.writers[0]
    hands_on = artifact in design.hands_on.get(nearest, ())
    own = artifact if name in design.plain else f"self.{artifact}"
    if hands_on and _closes_over(design, name, nearest):
        return f"{own} = inputs[0].{artifact}"  # each task hands on the one that the foreach has seen
    if len(writers) > 1 or not _can_name(design, name, writer) or _list_of(design, name) == artifact:
        message = f"step '{name}' reads self.{artifact} of {' or '.join(sorted(writers))}"
        message += f", and in a notebook it would be that of '{nearest}', which "
        message += "is nearer and has to hand it on to the join" if hands_on else "is nearer"
        fix = f"Give self.{artifact} another name in '{nearest}' or in '{writer}'"
        if hands_on:
            fix = f"Let '{nearest}' set self.{nearest}_{artifact} = self.{artifact}, and let the join read that"
        raise ObstacleFound(design.steps[name].method.place.line, message, fix)
    return f"{own} = inputs.{writer}.{artifact}"


def _closes_over(design: Design, name: str, nearest: str) -> bool:
    """Tell whether a step joins the foreach that another step is in."""
    closed = design.steps[name].method.is_join and design.closes(name)
    return bool(closed) and closed in design.scope(nearest)


def _can_name(design: Design, name: str, writer: str) -> bool:
    """Tell whether `inputs.STEP` works: STEP runs for the same item, and this step joins no foreach."""
    joins = design.steps[name].method.is_join and design.closes(name) is not None
    return not joins and is_within(design.scope(name), design.scope(writer)) and writer in design.kept


def _keep_scopes(design: Design, steps: StepDrafts) -> None:
    """Make each step inside a foreach read something of the item: otherwise it would not run once per item."""
    graph = steps.graph()
    for name in design.kept:
        scope = design.scope(name)
        if scope and graph.links[name].scope != scope and name not in design.items:
            step = graph.steps[name]
            reads = (step.names.reads | step.names.maybe_reads) & {one.name for one in graph.links[name].bindings}
            item = design.items[scope[-1]]
            steps.headers[name] = replace(steps.headers[name], reads=tuple(sorted({item, *reads})))


def _keep_order(design: Design, steps: StepDrafts) -> None:
    """Add `--after` where only the transitions of the script fix the order."""
    graph = steps.graph()
    before: dict[str, frozenset[str]] = {}
    for name in design.kept:
        upstream = frozenset(graph.links[name].upstream)
        known = upstream.union(*(before[one] for one in upstream))
        missing = [one for one in dict.fromkeys(design.above(name)) if one not in known]
        needed = tuple(one for one in missing if not any(one in before[other] for other in missing))
        steps.headers[name] = replace(steps.headers[name], after=needed)
        before[name] = known.union(needed, *(before[one] for one in needed))


def _replaced_lists(design: Design) -> Iterator[Obstacle]:
    """Yield steps that replace the list of the foreach around them: `self.input` is then an item of the new list."""
    asked = {design.scope(name) for name, step in design.steps.items() if ITEM in step.attributes}
    for name, step in design.steps.items():
        listed = design.list_around(name)
        if listed and listed in step.names.writes and not step.method.is_join and design.scope(name) in asked:
            message = f"step '{name}' sets self.{listed}, the list of the foreach around it, and so self.input"
            yield Obstacle(step.line, message, f"Give the new list another name than {listed}")


def _refuse_problems(design: Design, steps: StepDrafts) -> None:
    """Raise CannotCarryOver for what is still wrong, with the lines of the script."""
    graph, drafts = steps.graph(), [*steps.around, *steps.drafts]
    found = [
        Obstacle(drafts[one.place.cell - 1].line if one.place else 0, one.message, one.fix)
        for one in check_flow(graph)
        if not one.warning
    ]
    found += _replaced_lists(design)
    for name in design.kept:
        if graph.links[name].scope != design.scope(name):
            message = f"step '{name}' would not run once per item in a notebook"
            found.append(Obstacle(steps.lines[name], message, "Let it read self.input"))
    if found:
        raise CannotCarryOver(design.source.path, found)
