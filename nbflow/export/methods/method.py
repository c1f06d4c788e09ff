"""Writes the methods of a plan: what each takes in, what it does and where it leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbflow.export.methods.cards import card_ids
from nbflow.export.methods.decorating import Decorating
from nbflow.export.methods.draft import MethodDraft
from nbflow.export.methods.draw_lines import DrawWriter
from nbflow.export.methods.join_lines import JoinWriter
from nbflow.export.methods.leading import Leading, entry
from nbflow.export.methods.method_body import sent_out, write_method_body
from nbflow.export.plan.arrange import END, START
from nbflow.export.plan.parts import ForeachPart, Item, MethodPart, Parallel, PartRow, RunCondition, Switch, SwitchWay
from nbflow.export.plan.plan_shape import first_name, is_caught
from nbflow.flow.syntax.specs import StepSpec

MEET = "Bring together what later steps read."
WAIT = "Wait for every branch."
COLLECT = "Collect what later steps ask of the tasks."


@dataclass
class MethodWriter(Leading, JoinWriter, DrawWriter, Decorating):
    """Goes through a plan and writes a method for each part of it."""

    def write(self, row: PartRow) -> list[MethodDraft]:
        return list(self._row(row, ""))

    def _row(self, row: PartRow, after: str) -> Iterator[MethodDraft]:
        """Yield the methods of a row; `after` is the method that follows it."""
        failing: list[StepSpec] = []
        for at, item in enumerate(row):
            if not isinstance(item, MethodPart):
                continue
            host = row[at + 1] if at + 1 < len(row) and not isinstance(row[at + 1], MethodPart) else None
            behind = row[at + 1 + (host is not None) :]
            target = entry(behind) if behind else after
            yield self._task(item, host, target, failing)
            if host is not None:
                yield from self._inside(host, target)
            failing += [item.step] if item.step and is_caught(self.graph, item.step) else []

    def _inside(self, item: Item, target: str) -> Iterator[MethodDraft]:
        match item:
            case Parallel(branches=branches, join=join):
                for branch in branches:
                    yield from self._row(branch, join.name)
                yield self._parallel_join(item, target)
            case ForeachPart(body=body, join=join):
                yield from self._row(body, join.name)
                yield self._foreach_join(item, target)
            case Switch(ways=ways):
                for way in ways:
                    yield from self._row(way.row, target)
            case MethodPart():
                raise AssertionError("a task is no part of another item")

    def _task(self, task: MethodPart, host: Item | None, target: str, failing: Sequence[StepSpec]) -> MethodDraft:
        draft = (
            self._draft(task.name, task.step)
            if task.step
            else MethodDraft(
                task.name, doc=self._between(task, host), place=max(_first_cells((host,) if host else ()), default=0)
            )
        )
        if task.name == "start":
            draft.before = [*self.parameters.checks(), *draft.before]
        if task.step:
            self._open(draft, task.step)
            draft.before = [*self.give_up(failing, target), *draft.before]
            draft.after = [*self.stores(task.step)]
        draft.next = self.next_line(draft, task, host, target)
        self._finish(draft, task.step)
        return draft

    def _finish(self, draft: MethodDraft, step: StepSpec | None) -> None:
        self.unshadow(draft, step)
        self.decorate(draft, step)

    def _between(self, task: MethodPart, host: Item | None) -> str:
        """Return the docstring of a step that the notebook does not have: why it is needed."""
        match host:
            case Parallel(branches=branches):
                entries = " and ".join(f"`{first_name(branch)}`" for branch in branches)
                return f"Split: {entries} run in parallel."
            case ForeachPart(opener=opener):
                return f"Split: run a task of `{opener.name}` for each item."
            case Switch(ways=[SwitchWay(condition=RunCondition(items=items)), *_]) if items:
                return f"Skip `{items}` if there are no items."
            case Switch(ways=[SwitchWay(condition=RunCondition(failed=failed, perhaps=perhaps)), *_]) if (
                failed or perhaps
            ):
                return "Continue with the items for which nothing has failed."
            case None if task.name not in (START, END):
                return "Wait for the branch that was taken."
            case _:
                return ""

    def _draft(self, name: str, step: StepSpec) -> MethodDraft:
        written = write_method_body(step, self.graph)
        draft = MethodDraft(name, doc=step.doc, cell=step.place.cell, body=written.text, uses_self=step.metaflow)
        draft.outside = tuple(sorted(self.usage.shared(step) | sent_out(step)))
        if written.displays:
            self.flowspec.add("current")
            self.used.add("display")
        for id in card_ids(step, self.graph, written.displays):
            self.flowspec.add("card")
            draft.decorators.append(f"@{self.spelling['card']}" + (f"(id={id!r})" if id is not None else ""))
        if written.draws:
            self.used.add("show_figures")
            draft.figures = f"{self.extras['show_figures']}()"
        return draft

    def _open(self, draft: MethodDraft, step: StepSpec) -> None:
        """Write what a plain method takes in."""
        draft.before = [
            *self.usage.imports(step),
            *self.item_lines(step),
            *self.loads(step, "self", {}),
            *self.shadows(step),
        ]
        apart = self.usage.apart(step)
        if apart:
            draft.before.append(self.by_step(apart, dict.fromkeys(apart, "self")))
        if self.graph.links[step.name].joined:
            draft.before.append(self.collected(step))
        draft.before += self.seed(step)

    def _parallel_join(self, item: Parallel, target: str) -> MethodDraft:
        join = item.join
        lasts = [_exit(branch) for branch in item.branches]
        env = self.flowing.before[join.name]
        owners = {name: f"inputs.{lasts[self.flowing.origin.get((join.name, name), 0)]}" for name in env}
        handed = self.handed(join, owners)
        draft = self._draft(join.name, join.step) if join.step else MethodDraft(join.name, doc=MEET if handed else WAIT)
        draft.takes_inputs = True
        draft.before = handed
        if join.step:
            draft.before += [*self.usage.imports(join.step), *self.shadows(join.step)]
            apart = self.usage.apart(join.step)
            if apart:
                where = {step: owners.get(next(iter(names.values()), ""), "") for step, names in apart.items()}
                draft.before.append(self.by_step(apart, where))
            draft.before += self.seed(join.step, "inputs[0]", owners)
            draft.after = [*self.stores(join.step)]
        draft.next = f"self.next(self.{target})"
        self._finish(draft, join.step)
        return draft

    def _foreach_join(self, item: ForeachPart, target: str) -> MethodDraft:
        join = item.join
        draft = self._draft(join.name, join.step) if join.step else MethodDraft(join.name, doc=COLLECT)
        draft.takes_inputs = True
        draft.before = self.handed(join, {})
        if join.step:
            draft.before += [*self.usage.imports(join.step), *self.shadows(join.step)]
        failed = self.failures(item, draft)
        if join.step:
            draft.before += [*self.inputs(join.step, item, failed), *self.seed(join.step, "inputs[0]")]
            draft.after = [*self.stores(join.step)]
        else:
            draft.before += self.collect(item, failed)
        draft.next = f"self.next(self.{target})"
        self._finish(draft, join.step)
        return draft


def _first_cells(row: PartRow) -> list[int]:
    """Return the cells of the steps with which a row begins; methods that FlowSpec needs before them have none."""
    for item in row:
        match item:
            case MethodPart(step=StepSpec() as step) | ForeachPart(opener=step):
                return [step.place.cell]
            case Parallel(branches=rows):
                return [cell for one in rows for cell in _first_cells(one)]
            case Switch(ways=ways):
                return [cell for way in ways for cell in _first_cells(way.row)]
    return []


def _exit(row: PartRow) -> str:
    match row[-1]:
        case MethodPart(name=name):
            return name
        case Parallel(join=join) | ForeachPart(join=join):
            return join.name
        case Switch():
            raise AssertionError("no row that is joined ends with a switch")
