"""A notebook run by nbflow, its exported script run by nbflow, and the same run by Metaflow: the values of each."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from nbflow.client import Flow
from nbflow.export.marks import Target
from nbflow.export.write_flow import Exported, export_flow
from nbflow.flow.effects.generator_names import GENERATORS
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.run.events.events import Outcome
from nbflow.run.launch import launch
from nbflow.run.machine.plan import plan_run
from nbflow.run.program.program import Program
from nbflow.run.request import RunRequest
from nbflow.run.task.namespace import Namespace
from nbflow.script.execution.launch_script import run_script
from nbflow.script.execution.script_program import flow_in, load_script
from nbflow.script.execution.settings import Settings
from nbflow.script.preparing.prepared import prepare
from nbflow.store.catalog.rows import TaskStatus
from nbflow.store.store import Store
from tests.export.plain import plain

Values = dict[tuple[str, tuple[int, ...], str], Any]
"""Plain values by (step, path, name); of a loop those of the last turn."""

ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("read_metaflow.py")
_number = count()


def graph_of(*cells: str, name: str = "flow") -> Graph:
    texts = [cell.strip("\n") for cell in cells]
    return link(read_flow([Cell(n, text, f"cell-{n}") for n, text in enumerate(texts, 1)], name, f"{name}.ipynb"))


@dataclass
class Engines:
    """A folder in which all of them run."""

    folder: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def notebook(self, graph: Graph) -> Values:
        """The flow as the cells say it."""
        parameters = {one.name: one.default for one in graph.flow.parameters} | dict(self.parameters)
        with Store.open(self.folder / ".nbflow") as store:
            plan = plan_run(graph, fresh=True, slots=2)
            finished = launch(graph, RunRequest(plan, parameters), store, self.folder, lambda *_: None)
            program = Program(finished.run.graph, parameters, self.folder, store.root, finished.row.id)
            home = Namespace(program, store.history.code)
            values: Values = {}
            for row in store.history.tasks(finished.row.id):
                if row.status is TaskStatus.SUCCEEDED and not row.split:
                    home.clear()
                    made = store.load({one.name: one for one in store.history.artifacts(row.id)}, home)
                    named = made.keys() - GENERATORS  # their states are kept in another form
                    values |= {(row.step, row.path, name): plain(made[name]) for name in named}
        return values

    def nbflow(self, exported: Exported, outcome: Outcome = Outcome.SUCCEEDED) -> Values:
        """The script, in workers of this process."""
        path = self.write(exported)
        cls = flow_in(load_script(path, path.stem))
        ended = run_script(prepare(cls), dict(self.parameters), Settings(max_workers=2, max_splits=2000))
        assert ended.outcome is outcome
        tasks = [task for step in Flow(cls.__name__, self.folder)[ended.row.number] for task in step.tasks]
        tasks = [task for task in tasks if task.successful]
        return {
            (task.step.id, task.path, name): plain(getattr(task.data, name))
            for task in tasks
            for name in task._visible
            if not name.startswith("_")
        }

    def metaflow(self, exported: Exported) -> Values:
        """The same text with the other import, run as a user would run it."""
        path, env = self.write(exported), self._environment()
        options = [word for name, value in self.parameters.items() for word in (f"--{name}", str(value))]
        self._call([sys.executable, str(path), "--quiet", "run", *options, "--max-workers", "2"], env)
        answer = self._call([sys.executable, str(READER), str(path)], env)
        found: Values = pickle.loads(answer)
        return found

    def cards(self, exported: Exported, *steps: str) -> list[str]:
        """The HTML of the cards of some steps, of whichever engine it is."""
        path, env = self.write(exported), self._environment()
        self._call([sys.executable, str(path), "run"], env)
        for step in steps:
            self._call([sys.executable, str(path), "card", "get", step, f"{step}.html"], env)
        return [(self.folder / f"{step}.html").read_text() for step in steps]

    def _environment(self) -> dict[str, str]:
        """That of a user who has nothing installed but the two engines."""
        own = {"USERNAME": "tester", "METAFLOW_HOME": str(self.folder / "home"), "PYTHONPATH": str(ROOT)}
        own |= {"METAFLOW_DATASTORE_SYSROOT_LOCAL": str(self.folder), "PYTHONWARNINGS": "ignore"}
        own |= {"OMP_NUM_THREADS": "1"}  # or the processes wait for each other's threads
        return {**os.environ, **own}

    def _call(self, words: list[str], env: Mapping[str, str]) -> bytes:
        answer = subprocess.run(words, cwd=self.folder, env=env, capture_output=True, check=False, timeout=240)
        assert answer.returncode == 0, answer.stdout.decode() + answer.stderr.decode()
        return answer.stdout

    def write(self, exported: Exported) -> Path:
        path = self.folder / f"exported_{os.getpid()}_{next(_number)}.py"
        path.write_text(exported.text)
        return path


def exported_of(graph: Graph, target: Target = Target.NBFLOW, *, everything: bool = True) -> Exported:
    return export_flow(graph, target, everything)


def named(values: Values, exported: Exported) -> Values:
    """Those of a notebook, under the names that its steps have in the script."""
    return {
        (exported.methods[step], path, exported.attributes.get((step, name), name)): value
        for (step, path, name), value in values.items()
    }


def by_task(values: Mapping[str, Any]) -> Values:
    """Those by address, such as `fit[0,2].score`."""
    found: Values = {}
    for address, value in values.items():
        where, _, name = address.rpartition(".")
        step, _, inside = where.removesuffix("]").partition("[")
        found[step, tuple(map(int, inside.split(","))) if inside else (), name] = value
    return found
