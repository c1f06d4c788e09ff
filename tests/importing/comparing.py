"""A script and the notebook made of it, run side by side: the same artifacts of the same steps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from nbflow.client import Flow, Run, Task
from nbflow.importing.notebook import import_script
from nbflow.importing.reading.source import read_source
from nbflow.notebook.read import read_notebook
from nbflow.script.execution.launch_script import run_script
from nbflow.script.execution.script_program import flow_in, load_script
from nbflow.script.execution.settings import Settings
from nbflow.script.preparing.prepared import prepare
from nbflow.script.wrapper import MetaflowExceptionWrapper
from nbflow.store.catalog.rows import TaskStatus
from tests.cli.shell import Answer, Shell

SCRIPTS = Path(__file__).parent / "scripts"
_names: Iterator[int] = count()


@dataclass(frozen=True)
class Pair:
    """A folder with a script, and with the notebook that it became."""

    folder: Path
    script: Path
    notebook: Path

    def run_script(self, **parameters: Any) -> Run:
        cls = flow_in(load_script(self.script, self.script.stem))
        ended = run_script(prepare(cls), parameters, Settings(max_workers=2, max_splits=100))
        return Flow(cls.__name__, self.folder)[ended.row.number]

    def run_notebook(self, **parameters: Any) -> Run:
        words = [f"--{name}={value}" for name, value in parameters.items()]
        answer = self.shell("run", str(self.notebook), *words)
        assert (answer.code, answer.err) == (0, ""), answer.out + answer.err
        run = Flow(self.notebook.stem, self.folder).latest_run
        assert run is not None
        return run

    def shell(self, *words: str) -> Answer:
        return Shell(self.folder)(*words)

    def check(self) -> str:
        return self.shell("check", str(self.notebook)).out


def written(folder: Path, text: str, suffix: str = ".ipynb", stem: str | None = None) -> Pair:
    """A script of this text, with nbflow's import, and its notebook."""
    name = stem or f"imported_{next(_names)}"
    script = folder / f"{name}.py"
    script.write_text(text.replace("from metaflow", "from nbflow"))
    notebook = folder / f"{name}_notebook{suffix}"
    import_script(script, notebook)
    return Pair(folder, script, notebook)


def copied(folder: Path, script: Path, suffix: str = ".ipynb") -> Pair:
    for data in script.parent.glob("*.csv"):
        shutil.copy(data, folder)
    return written(folder, script.read_text(), suffix, stem=f"{script.stem}_{next(_names)}")


def differences(pair: Pair, script: Run, notebook: Run) -> list[str]:
    """Where the notebook differs from the script. What a step of the script sets, its cell must have."""
    found: list[str] = []
    kept = {step.name for step in read_notebook(pair.notebook).steps}
    for name, method_writes in _writes(pair).items():
        if name in kept:
            one, other = _done(script, name), _done(notebook, name)
            if len(one) != len(other):
                found.append(f"{name}: {len(one)} tasks, {len(other)} in the notebook")
                continue
            for here, there in zip(one, other, strict=True):
                found += _differences(f"{name}{list(there.path)}", method_writes, here, there)
        elif method_writes:
            found.append(f"{name} has no cell")
    return found


def _done(run: Run, step: str) -> list[Task]:
    """Its tasks in the order of their items; none for a step that was skipped, or never reached."""
    tasks = run[step].tasks if step in run else ()
    done = (TaskStatus.SUCCEEDED, TaskStatus.REUSED)  # reused from before the run had learned of a change
    return sorted((task for task in tasks if task.status in done), key=lambda task: task.path)


def _writes(pair: Pair) -> Mapping[str, frozenset[str]]:
    from nbflow.importing.reading.methods import read_steps  # noqa: PLC0415

    return {name: step.names.writes for name, step in read_steps(read_source(pair.script)).items()}


def _differences(where: str, names: frozenset[str], script: Task, notebook: Task) -> Iterator[str]:
    for name in sorted(names):
        if name in script and name not in notebook:
            yield f"{where}.{name} is not in the notebook"
    for artifact in notebook:
        if artifact.id in script:
            here, there = script[artifact.id].data, artifact.data
            if not _same(here, there):
                yield f"{where}.{artifact.id}: {here!r} in the script, {there!r} in the notebook"


def _same(one: Any, other: Any) -> bool:
    """A value of a class of the script is one of the notebook's class if they hold the same, or show the same."""
    if isinstance(one, MetaflowExceptionWrapper):
        return (one.type, one.exception) == (other.type, other.exception)
    if hasattr(one, "__dict__"):
        return (type(one).__name__, vars(one)) == (type(other).__name__, vars(other))
    return bool(one == other) or (repr(one) == repr(other) and " at 0x" not in repr(one))
