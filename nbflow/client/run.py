"""One run of a flow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nbflow.client.artifact import Data
from nbflow.client.named import Named, local_time
from nbflow.client.places import store_of
from nbflow.client.step import Step
from nbflow.client.tags import Tagged
from nbflow.client.task import Task
from nbflow.errors import NotInClient, UnknownName
from nbflow.run.namespace import Namespace
from nbflow.store.rows import RunRow, RunStatus
from nbflow.store.store import Store

if TYPE_CHECKING:
    from nbflow.client.flow import Flow


class Run(Tagged, Named):
    """One run. It keeps seeing what happens: a run that is going on has more tasks each time one looks."""

    flow: Flow
    id: str
    _form = "Flow/run"

    @classmethod
    def _of(cls, flow: Flow, row: RunRow) -> Run:
        run = cls.__new__(cls)
        run.flow, run.id = flow, str(row.number)
        return run

    def __class_getitem__(cls, number: str | int) -> Run:
        """`Run["7"]`, where the store has one flow; else `Run["movies/7"]`."""
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
    def parent(self) -> Flow:
        return self.flow

    @property
    def status(self) -> RunStatus:
        return self._row.status

    @property
    def finished(self) -> bool:
        return self.status is not RunStatus.RUNNING

    @property
    def successful(self) -> bool:
        """Whether all went well; of a script also whether its end did so by itself."""
        end = self.end_task if self.status is RunStatus.SUCCEEDED else None
        return self.status is RunStatus.SUCCEEDED and (end is None or end.successful)

    @property
    def code(self) -> dict[str, str]:
        """The sources as they were when the run began: of a script by file, of a notebook by cell."""
        return self.flow._archive.sources(self._row)

    @property
    def parameters(self) -> dict[str, Any]:
        """As JSON has them: a date is text."""
        return dict(self._row.parameters)

    @property
    def created_at(self) -> datetime | None:
        return local_time(self._row.started)

    @property
    def trigger(self) -> None:
        """None: nothing triggers runs but who starts them."""

    @property
    def finished_at(self) -> datetime | None:
        return local_time(self._row.finished)

    @property
    def origin_run_id(self) -> str | None:
        """Of a resumed run: the run it resumed."""
        return None if self._row.origin is None else str(self._row.origin)

    @property
    def origin_pathspec(self) -> str | None:
        return None if self.origin_run_id is None else f"{self.flow.id}/{self.origin_run_id}"

    @property
    def end_task(self) -> Task | None:
        """The task of a script's end, None until it has begun; of a notebook that of the last step that has one."""
        steps = [step for step in self if not step._written.flowing or step._written.next is None]
        return steps[0].task if steps else None

    @property
    def data(self) -> Data | None:
        """The artifacts of `end_task`, and those it inherits."""
        return self.end_task.data if self.end_task else None

    def steps(self, *tags: str) -> Iterator[Step]:
        """Those that have begun, last first; with tags, those that have all of them."""
        return (step for step in self if not tags or step.tags.issuperset(tags))

    def __iter__(self) -> Iterator[Step]:
        """Those that have begun, last first."""
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
