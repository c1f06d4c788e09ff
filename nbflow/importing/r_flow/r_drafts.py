"""Writes the cells of a notebook for a flow of Metaflow's R package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from nbflow.importing.cells.drafts import CellDraft
from nbflow.importing.r_flow.r_bodies import RBody, functions_that_look_nothing_up
from nbflow.importing.r_flow.r_nodes import RNode, literal_of, r_arguments
from nbflow.importing.r_flow.r_pipeline import RFlow, RStep
from nbflow.importing.refusals import CannotCarryOver, Obstacle, ObstacleFound

_LIBRARY = ("library", "require", "suppressPackageStartupMessages", "requireNamespace")
_ITEM = "input"
_GATHER = "gather_inputs <- function(inputs, input) lapply(inputs, function(one) one[[input]])"


def draft_r_notebook(flow: RFlow) -> list[CellDraft]:
    """Return the cells. Raises CannotCarryOver with everything that stands in the way."""
    return [*_Design(flow).drafts()]


class _Design:
    """Decides what the cells of a flow say."""

    def __init__(self, flow: RFlow) -> None:
        self._flow, self._steps = flow, flow.steps
        self._parameters = {one.name for one in flow.parameters}
        tables = "data.table" in flow.script.text
        own = functions_that_look_nothing_up(flow.script.top)
        self._bodies: dict[str, RBody] = {}
        obstacles: list[Obstacle] = []
        for name, step in self._steps.items():
            if step.function is not None:
                try:
                    joined = self._before(name) if step.join and not self._closes(name) else []
                    body = RBody(step.function, own, frozenset(joined), tables, step.foreach)
                    self._bodies[name] = body.checked()
                except ObstacleFound as error:
                    obstacles.append(error.obstacle)
        obstacles = obstacles or [*self._obstacles()]
        if obstacles:
            raise CannotCarryOver(flow.script.path, obstacles)

    # the graph

    def _before(self, name: str) -> list[str]:
        return [step.name for step in self._steps.values() if name in step.next]

    def _above(self, name: str) -> list[str]:
        """Return the steps above a step, the nearest first."""
        found: dict[str, None] = {}
        agenda = self._before(name)
        while agenda:
            one = agenda.pop(0)
            if one not in found:
                found[one] = None
                agenda += self._before(one)
        return [*found]

    @cached_property
    def _order(self) -> list[str]:
        """Return the steps in an order in which each comes after those above it."""
        found: list[str] = []
        while len(found) < len(self._steps):
            ready = [one for one in self._steps if one not in found and set(self._before(one)) <= set(found)]
            if not ready:
                rest = next(one for one in self._steps.values() if one.name not in found)
                message = f"step '{rest.name}' leads back to itself"
                raise CannotCarryOver(self._flow.script.path, [Obstacle(rest.line, message, "Correct its next_step")])
            found.append(ready[0])
        return found

    def _foreach_of(self, name: str) -> RStep | None:
        """Return the step that opens the foreach in which a step is the first one."""
        return next((self._steps[one] for one in self._before(name) if self._steps[one].foreach), None)

    def _closes(self, name: str) -> str:
        """Return the first step of the foreach that a join ends; "" for a join of branches, or another step."""
        if not self._steps[name].join or len(self._before(name)) != 1:
            return ""
        depth = 0
        for one in (*self._before(name), *self._above(self._before(name)[0])):
            if self._foreach_of(one) is not None:
                if depth == 0:
                    return one
                depth -= 1
            elif self._steps[one].join and len(self._before(one)) == 1:
                depth += 1
        return ""

    def _writers(self, artifact: str, name: str) -> list[str]:
        return [one for one in self._above(name) if one in self._bodies and artifact in self._bodies[one].writes]

    # what stands in the way

    def _obstacles(self) -> Iterator[Obstacle]:
        shared = {node.code[0].text for node in self._flow.script.top if len(node.code) == 3} - self._step_functions
        for name, body in self._bodies.items():
            for use in body.uses:
                if use.writes and use.name in shared:
                    message = (
                        f"step '{name}' makes '{use.name}', and the script has a function or variable of that name"
                    )
                    yield Obstacle(use.node.line, message, "Rename one of them")
                if use.writes and use.name in self._parameters:
                    message = f"step '{name}' changes parameter '{use.name}'"
                    yield Obstacle(use.node.line, message, "Give the result another name")
                elif use.reads and not self._is_known(use.name, name):
                    message = f"step '{name}' reads {use.node.text}, which no step above makes"
                    yield Obstacle(use.node.line, message, "Correct the name, or make it in a step above")
                elif use.step and len(self._writers(use.name, name)) > 1:
                    message = f"several steps above '{name}' make '{use.name}', of which it reads {use.node.text}"
                    yield Obstacle(use.node.line, message, "Give each branch names of its own")

    @property
    def _step_functions(self) -> set[str]:
        return {node.code[0].text for node in self._flow.used if len(node.code) == 3}

    def _is_known(self, artifact: str, name: str) -> bool:
        known = artifact in self._parameters or artifact in self._bodies[name].writes
        is_item = artifact == _ITEM and any(self._foreach_of(one) for one in (name, *self._above(name)))
        return known or is_item or bool(self._writers(artifact, name))

    # the cells

    def drafts(self) -> Iterator[CellDraft]:
        """Yield the cells in order."""
        yield CellDraft(self._title(), markdown=True)
        if self._flow.parameters:
            lines = ["%%parameters", *(one.text for one in self._flow.parameters)]
            yield CellDraft("\n".join(lines), line=self._flow.parameters[0].line)
        shared = self._shared()
        if shared:
            yield CellDraft(f"%%shared --lang R\n{shared}")
        for name in self._order:
            if name in self._bodies:
                yield from self._step_cells(name, self._bodies[name])

    def _title(self) -> str:
        """Return the name of the flow, and the comments on top of the script."""
        call = next(node for top in self._flow.used for node in top.walk() if node.called == "metaflow")
        named = [value for _, value in r_arguments(call) if value.core.token == "STR_CONST"]
        top = self._flow.script.top
        first = next((place for place, node in enumerate(top) if node.token != "COMMENT"), 0)
        about = _without_marks([node.text for node in top[:first]]) if _is_of_metaflow(top[first]) else []
        return "\n".join([f"# {literal_of(named[0])}" if named else "# Flow", *(["", *about] if about else [])])

    def _shared(self) -> str:
        """Return the code that all steps see: what is neither the flow nor only the function of a step."""
        used = {id(node) for node in self._flow.used}
        top, kept = self._flow.script.top, []
        for place, node in enumerate(top):
            if (
                node.token != "COMMENT"
                and not _is_of_metaflow(node)
                and (id(node) not in used or self._is_called(node))
            ):
                kept += [*_comments_above(top, place), node.text]
        if any(one.called == "gather_inputs" for node in top for one in node.walk()):
            kept.append(_GATHER)
        return "\n".join(kept)

    def _is_called(self, node: RNode) -> bool:
        """Return whether an assigned function of a step is called somewhere else, too."""
        name = node.code[0].text
        return len(node.code) == 3 and any(one.called == name for top in self._flow.script.top for one in top.walk())

    def _step_cells(self, name: str, body: RBody) -> Iterator[CellDraft]:
        top, step = self._flow.script.top, self._steps[name]
        for place, node in enumerate(top):
            if step.function is not None and any(part is step.function for part in node.code):
                comments = _comments_above(top, place)
                if comments:
                    yield CellDraft("\n".join(_without_marks(comments)), markdown=True)
        yield CellDraft(f"{self._header(name, body)}\n{body.text}".rstrip(), line=step.line, step=name)

    def _header(self, name: str, body: RBody) -> str:
        step, opened, closed = self._steps[name], self._foreach_of(name), self._closes(name)
        reads = self._inputs_of(name, body, closed)
        after = [one for one in self._kept_before(name) if not closed and not self._feeds(one, name, reads)]
        parts = [
            f"%%step {name} --lang R",
            f"--after {','.join(after)}" if after else "",
            f"--foreach {_ITEM} in {opened.foreach}" if opened else "",
            f"--join {closed}" if closed else "",
            f"--in {','.join(reads)}" if reads else "",
            f"--out {','.join(sorted(body.writes))}" if body.writes else "",
            *step.options,
        ]
        return " ".join(part for part in parts if part)

    def _inputs_of(self, name: str, body: RBody, closed: str) -> list[str]:
        """Return what a step reads by name. What the tasks of a foreach made is in the inputs of the join."""
        wanted = body.reads | (body.writes - body.definite)
        inside = {one for one in wanted if closed and (one == _ITEM or self._is_made_inside(one, name, closed))}
        own = {_ITEM} if self._foreach_of(name) else set()
        known = {one for one in wanted if one in self._parameters or one == _ITEM or self._writers(one, name)}
        return sorted(known - own - inside)

    def _is_made_inside(self, artifact: str, name: str, closed: str) -> bool:
        """Return whether the tasks of a foreach make an artifact."""
        return any(closed in (one, *self._above(one)) for one in self._writers(artifact, name))

    def _kept_before(self, name: str) -> list[str]:
        """Return the steps before a step that have cells; those without a function pass on what is before them."""
        found: dict[str, None] = {}
        for one in self._before(name):
            found |= dict.fromkeys([one] if one in self._bodies else self._kept_before(one))
        return [*found]

    def _feeds(self, before: str, name: str, reads: Sequence[str]) -> bool:
        """Return whether a step reads something of the one before it, so that the order of both is known."""
        opened = self._foreach_of(name)
        wanted = {*reads, *((opened.foreach,) if opened else ())}
        return any((self._writers(artifact, name) or [""])[0] == before for artifact in wanted)


def _comments_above(top: Sequence[RNode], place: int) -> list[str]:
    """Return the comments on the lines directly above an expression."""
    found: list[str] = []
    line = top[place].line
    for node in reversed(top[:place]):
        if node.token != "COMMENT" or node.line != line - 1:
            break
        found.insert(0, node.text)
        line = node.line
    return found


def _without_marks(comments: Sequence[str]) -> list[str]:
    return [comment.lstrip("#").removeprefix(" ").rstrip() for comment in comments]


def _is_of_metaflow(node: RNode) -> bool:
    return node.called in _LIBRARY and any(one.text.strip("\"'") == "metaflow" for one in node.walk())
