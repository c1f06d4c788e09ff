"""Reads one run of a flow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from nbflow.client.above import FlowAbove
from nbflow.client.artifact import Data
from nbflow.client.named import ClientObject, local_time
from nbflow.client.step import Step
from nbflow.client.stores import store_of
from nbflow.client.tags import Tagged
from nbflow.client.task import Task
from nbflow.errors import NotInClient, UnknownName
from nbflow.flow.graph.graph import Passage
from nbflow.run.task.namespace import Namespace
from nbflow.store.catalog.rows import RunRow, RunStatus
from nbflow.store.store import Store


class Run(Tagged, ClientObject):
    """Gives one run and its steps. It reads the store each time, so a running run shows new tasks as they begin.

    Args:
        pathspec: `FLOW/RUN`, such as `movies/7`.
        folder: Where to look for the store; the working directory by default.
        attempt: Which attempt of a task to look at, counted from 0; the last one by default.

    Raises:
        PathspecError: if the text has another form.
        UnknownName: if the store has no such flow.
        NotInClient: if the flow has no such run.
        MetaflowNamespaceMismatch: if the run is in another namespace.

    Example:
        >>> Run("Films/1")["fit"].task.data.score
        0.75
    """

    flow: FlowAbove
    id: str
    _form = "Flow/run"

    @classmethod
    def _of(cls, flow: FlowAbove, row: RunRow) -> Run:
        run = cls.__new__(cls)
        run.flow, run.id = flow, str(row.number)
        return run

    def __class_getitem__(cls, number: str | int) -> Run:
        """Find `Run["movies/7"]`, or `Run["7"]` in a store that has only one flow."""
        text = str(number)
        if "/" in text:
            return cls(text)
        with Store.open(store_of(None), create=False) as store:
            flows = store.history.flows()
        if len(flows) != 1:
            raise UnknownName("run", text, [f"{flow}/{text}" for flow in flows])
        return cls(f"{flows[0]}/{text}")

    @property
    def _row(self) -> RunRow:
        return self.flow._archive.run(self.id)

    @cached_property
    def _home(self) -> Namespace:
        return self.flow._archive.home(self._row, self.flow._store.root.parent)

    @property
    def parent(self) -> FlowAbove:
        """Return the flow."""
        return self.flow

    @property
    def status(self) -> RunStatus:
        """Return whether it runs, succeeded, failed, was cancelled or crashed."""
        return self._row.status

    @property
    def finished(self) -> bool:
        """Tell whether it has ended, well or not."""
        return self.status is not RunStatus.RUNNING

    @property
    def successful(self) -> bool:
        """Tell whether it succeeded; in a script, the end step must also have succeeded without a caught failure."""
        end = self.end_task if self.status is RunStatus.SUCCEEDED else None
        return self.status is RunStatus.SUCCEEDED and (end is None or end.successful)

    @property
    def code(self) -> dict[str, str]:
        """Return the sources at the time when the run began: by file for a script, by cell for a notebook."""
        return self.flow._archive.sources(self._row)

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name, with values as JSON stores them: what it would change, as a date, is text."""
        return dict(self._row.parameters)

    @property
    def created_at(self) -> datetime | None:
        """Return when it began."""
        return local_time(self._row.started)

    @property
    def trigger(self) -> None:
        """Return None: nbflow has no events that trigger runs."""

    @property
    def finished_at(self) -> datetime | None:
        """Return when it ended; None while it runs."""
        return local_time(self._row.finished)

    @property
    def origin_run_id(self) -> str | None:
        """Return the number of the run that this one resumed; None if it resumed none."""
        return None if self._row.origin is None else str(self._row.origin)

    @property
    def origin_pathspec(self) -> str | None:
        """Return the pathspec of the run that this one resumed; None if it resumed none."""
        return None if self.origin_run_id is None else f"{self.flow.id}/{self.origin_run_id}"

    @property
    def end_task(self) -> Task | None:
        """Return the task of a script's end step; for a notebook, of the last step that began. Else None."""
        steps = list(self)
        graph = self.flow._archive.graph(self._row)
        if graph.passage is Passage.BY_EDGE:
            steps = [step for step in steps if graph.steps[step.id].control.next is None]
        return steps[0].task if steps else None

    @property
    def data(self) -> Data | None:
        """Return the artifacts that `end_task` can see; None without such a task.

        In a notebook, that is what its last step reads and makes.
        """
        return Data(self.end_task, self._where) if self.end_task else None

    def _where(self, name: str) -> str:
        """Return how to read an artifact of another step, "" if no step makes it."""
        makers = [step for step, one in self.flow._archive.graph(self._row).links.items() if name in one.writes]
        return f". Read it of the step that makes it: run['{makers[-1]}'].task.data.{name}" if makers else ""

    def steps(self, *tags: str) -> Iterator[Step]:
        """Return the steps that have begun and have all of these `tags`, last first."""
        return (step for step in self if not tags or step.tags.issuperset(tags))

    def __iter__(self) -> Iterator[Step]:
        """Yield the steps that have begun, last first."""
        begun = {row.step for row in self.flow._archive.reader.steps(self._row.id) if not row.split}
        order = list(self.flow._archive.graph(self._row).links)
        return (Step._of(self, name) for name in reversed(order) if name in begun)

    def __getitem__(self, step: str) -> Step:
        known = [one.id for one in self]
        if step not in known:
            raise NotInClient("step", f"{self.pathspec}/{step}", [f"{self.pathspec}/{name}" for name in known])
        return Step._of(self, step)

    def __contains__(self, step: str) -> bool:
        return any(one.id == step for one in self)
