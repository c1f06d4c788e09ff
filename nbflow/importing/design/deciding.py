"""Makes a design of a script: it decides everything that concerns more than one cell."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from nbflow.flow.source.builtin_names import BUILTINS
from nbflow.flow.source.trees import every_node
from nbflow.importing.design.decisions import Design
from nbflow.importing.design.items import name_items
from nbflow.importing.design.lookups import settle_lookups
from nbflow.importing.design.seen_names import hand_on
from nbflow.importing.design.visible import look_along
from nbflow.importing.reading.conditions import conditions_of, is_implied
from nbflow.importing.reading.definitions import class_chunks, module_chunks
from nbflow.importing.reading.methods import MACHINERY, StepText, read_steps
from nbflow.importing.reading.module_functions import read_functions
from nbflow.importing.reading.source import Source
from nbflow.importing.refusals import CannotCarryOver, Obstacle, ObstacleFound


def design_notebook(source: Source) -> Design:
    """Return the design. Raises ObstacleFound or CannotCarryOver for what no notebook can express."""
    read = read_steps(source)
    seen = look_along(read, source.outline)
    steps = {name: settle_lookups(step, seen) for name, step in read.items()}
    design = Design(
        source,
        steps,
        read_functions(source),
        tuple(module_chunks(source)),
        tuple(class_chunks(source)),
        seen,
        conditions_of(source.outline),
    )
    obstacles = [obstacle for rule in _RULES for obstacle in rule(design)]
    if obstacles:
        raise CannotCarryOver(source.path, obstacles)
    name_items(design)
    _name_ways(design)
    hand_on(design)
    return design


# what stands in the way


def doubles(design: Design) -> Iterator[Obstacle]:
    """Yield names of the class that are also names outside it."""
    lines = {name: chunk.line for chunk in reversed(design.module) for name in chunk.binds}
    own: dict[str, int] = {}
    for chunk in design.chunks[len(design.module) :]:
        for name in sorted(chunk.binds):
            if name in lines | own:
                other = (lines | own)[name]
                message = f"'{name}' of class {design.source.flow.name} has the name of a definition in line {other}"
                yield Obstacle(chunk.line, message, "Rename one of them")
            own.setdefault(name, chunk.line)


def taken_names(design: Design) -> Iterator[Obstacle]:
    """Yield artifacts with a name that is taken: `x` and `self.x` are one name in a notebook."""
    lines = {name: chunk.line for chunk in reversed(design.chunks) for name in chunk.binds}
    for step in design.steps.values():
        for name in sorted(step.names.writes & design.parameters):
            yield Obstacle(_line(step, name), f"step '{step.name}' sets parameter '{name}'", "Use another name")
        for name in sorted(step.names.writes & lines.keys()):
            message = f"artifact '{name}' of step '{step.name}' has the name of a definition in line {lines[name]}"
            yield Obstacle(_line(step, name), message, "Rename one of them: in a notebook, a name has one meaning")


def hidden_builtins(design: Design) -> Iterator[Obstacle]:
    for step in design.steps.values():
        for name in sorted(step.names.writes & BUILTINS):
            user = next((chunk for chunk in design.chunks if name in chunk.reads), None)
            if user:
                message = f"artifact '{name}' of step '{step.name}' hides Python's '{name}'"
                message += f", which line {user.line} uses"
                yield Obstacle(_line(step, name), message, f"Rename the artifact, for example to my_{name}")


def _line(step: StepText, attribute: str) -> int:
    nodes = (node for node in every_node(step.tree) if isinstance(node, ast.Attribute) and node.attr == attribute)
    return step.line + next((node.lineno - 1 for node in nodes), 0)


def self_as_a_whole(design: Design) -> Iterator[Obstacle]:
    for step in design.steps.values():
        if step.hands_over_self:
            fix = "Pass the values that are needed, and set what is returned"
            yield Obstacle(step.hands_over_self, f"step '{step.name}' passes self to other code", fix)


def _unknown_names(design: Design) -> Iterator[Obstacle]:
    known = design.fixed | design.artifacts | MACHINERY | design.source.steps.keys()
    for step in design.steps.values():
        for name in sorted(step.attributes - known):
            message = f"step '{step.name}' uses self.{name}, which no step sets"
            yield Obstacle(_line(step, name), message, f"Set self.{name} in an earlier step, or remove it")


def ways_into_joins(design: Design) -> Iterator[Obstacle]:
    """Yield joins that a switch reaches over several steps: `inputs.STEP` could name a step that did not run."""
    found = design.source.outline
    for step in design.steps.values():
        branches = [found.arriving[step.name][above][-1].branch for above in design.branches(step.name)]
        twice = next((branch for branch in branches if branches.count(branch) > 1), None)
        if twice is not None:
            message = f"join '{step.name}' is reached from branch '{twice}' by several paths of a switch"
            fix = f"Let these paths meet in one step that leads to '{step.name}'"
            yield Obstacle(step.method.place.line, message, fix)


_Rule = Callable[[Design], Iterator[Obstacle]]
_RULES: tuple[_Rule, ...] = (
    doubles,
    taken_names,
    hidden_builtins,
    self_as_a_whole,
    _unknown_names,
    ways_into_joins,
)


# switches


def _name_ways(design: Design) -> None:
    """Give a name to every way of a switch that a header cannot describe by a literal."""
    for name in design.source.outline.order:
        way = design.way(name)
        if way is None:
            continue
        if not is_implied(design.conditions[name], design.conditions, design.source.outline):
            fix = "Let only one switch lead to it"
            line = design.steps[name].method.place.line
            raise ObstacleFound(line, f"step '{name}' depends on several switches at once", fix)
        if len(way.literals) > 1 or not _speaks_for_itself(design, way.switch):
            targets = sorted(design.conditions[name][way.switch])
            design.says.setdefault(way.switch, {})[f"{way.switch}_to_{'_or_'.join(targets)}"] = way


def _speaks_for_itself(design: Design, switch: str) -> bool:
    """Tell whether the steps below find the artifact that a switch tests, and only if the switch has run."""
    condition = design.condition(switch)
    writers = [name for name in design.order if condition in design.steps[name].names.writes]
    above = [name for name in writers if design.order.index(name) <= design.order.index(switch)]
    meant = design.seen.leaving[switch].get(condition, frozenset())
    if design.conditions[switch]:
        return writers == [switch] == [*meant]
    return above == writers and (condition in design.fixed or meant == frozenset(above[-1:]))
