"""Executes the step cells of a live notebook, in the kernel or in workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbflow.errors import FlowRefused
from nbflow.flow.source.cell import Problem
from nbflow.jupyter.kernel.broadcast import Broadcast
from nbflow.jupyter.kernel.live_notebook import LiveNotebook
from nbflow.jupyter.kernel.screen import Screen
from nbflow.jupyter.kernel.soundness import refuse_unless_sound
from nbflow.jupyter.kernel.step_runner import StepRunner
from nbflow.jupyter.kernel.worker_runs import WorkerRuns
from nbflow.run.diskcheck import other_values


class Session(LiveNotebook):
    """Combines a live notebook with the parts that execute its steps; a kernel has one session."""

    def __init__(
        self, namespace: dict[str, Any], screen: Screen, folder: Path, path: Path | None = None,
        kept: frozenset[str] = frozenset(), broadcast: Broadcast | None = None,
    ) -> None:  # fmt: skip
        super().__init__(namespace, screen, folder, path, kept, broadcast)
        self._warned: set[Problem] = set()
        self.runs = WorkerRuns(self)
        self.steps = StepRunner(self, self.runs)

    def close(self) -> None:
        """Cancel the background run and close the store."""
        self.runs.close()
        super().close()

    def execute(self, source: str, cell_id: str | None = None) -> None:
        """Execute a step cell, as Shift+Enter does. Raises FlowRefused, and what `StepRunner.run` raises."""
        self._take_note()
        key = self.document.execute(source, cell_id)
        graph = self.graph()
        found = next((step for step in graph.steps.values() if step.cell_id == key), None)
        step = refuse_unless_sound(graph, self.problems(), key, found).name
        self._warn(step)
        self.steps.run(step)

    def _warn(self, step: str) -> None:
        """Say, once, by what a step may give other values than its cell would give."""
        for problem in other_values(self.problems(), [step]):
            if problem not in self._warned:
                self._warned.add(problem)
                self.screen.say(f"warning: {problem}")

    def set_parameters(self, source: str, cell_id: str | None = None) -> None:
        """Bind the names of an executed %%parameters cell to its values. Raises FlowRefused."""
        self._take_note()
        key = self.document.execute(source, cell_id)
        graph = self.graph()
        number = next((cell.number for cell in graph.flow.cells if cell.id == key), 0)
        mine = [one for one in graph.flow.problems if one.place and one.place.cell == number and not one.warning]
        if mine:
            raise FlowRefused(mine)
        names = [one.name for one in graph.flow.parameters if one.place.cell == number]
        for name in names:
            self.given.pop(name, None)
            self.held.pop(name, None)
        self.home().define(n for d in graph.prelude.definitions if d.place.cell == number for n in d.names)
        values = self.parameters()
        self.namespace.update({name: values[name] for name in names})
