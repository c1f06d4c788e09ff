"""Run scripts: in this process where only the values count, in one of their own where the command line does."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from nbflow.client import Flow, Run
from nbflow.run.events.events import Outcome
from nbflow.script.execution.launch_script import Ended, resume_script, run_script
from nbflow.script.execution.script_program import flow_in, load_script
from nbflow.script.execution.settings import Settings
from nbflow.script.language.flowspec import FlowSpec
from nbflow.script.preparing.prepared import prepare
from nbflow.store.catalog.rows import TaskStatus

_HEAD = """\
from nbflow import FlowSpec, IncludeFile, JSONType, Parameter, card, catch, current, environment, project, resources
from nbflow import retry, secrets, step, timeout
"""
_TAIL = '\nif __name__ == "__main__":\n    F()\n'
_names: Iterator[int] = count()


@dataclass
class Scripts:
    """A folder with scripts and their store."""

    folder: Path
    settings: Settings = field(default_factory=lambda: Settings(max_workers=2, max_splits=2000))

    def write(self, body: str, name: str | None = None) -> Path:
        """A script with a class F, whose body is given, or with a whole text."""
        text = textwrap.dedent(body)
        if "class F(" not in text:
            text = "class F(FlowSpec):\n" + textwrap.indent(text, "    ")
        path = self.folder / (name or f"script_{os.getpid()}_{next(_names)}.py")
        path.write_text(_HEAD + text + _TAIL)
        return path

    def run(self, body: str, given: Mapping[str, Any] | None = None, **changes: Any) -> Ran:
        return self._do(self.write(body), given, changes)

    def resume(
        self, body: str, step: str | None = None, given: Mapping[str, Any] | None = None, origin: int | None = None
    ) -> Ran:
        cls = flow_in(load_script(path := self.write(body), path.stem))
        return Ran(self, resume_script(prepare(cls), given or {}, self.settings, origin, step))

    def _do(self, path: Path, given: Mapping[str, Any] | None, changes: dict[str, Any]) -> Ran:
        cls = flow_in(load_script(path, path.stem))
        settings = Settings(**{**_fields(self.settings), **changes})
        return Ran(self, run_script(prepare(cls, settings.decorators), given or {}, settings))

    def flow(self, body: str) -> FlowSpec:
        """An instance of the class, which runs nothing."""
        path = self.write(body)
        return flow_in(load_script(path, path.stem))(use_cli=False)

    def command(self, path: Path, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`python script.py ARGS` in the folder."""
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environment}
        words = [sys.executable, str(path), *args]
        return subprocess.run(words, cwd=self.folder, env=env, capture_output=True, text=True, check=False, timeout=60)


def _fields(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in settings.__dataclass_fields__}


@dataclass
class Ran:
    """A run that is over."""

    scripts: Scripts
    ended: Ended

    @property
    def run(self) -> Run:
        return Flow("F", self.scripts.folder)[self.ended.row.number]

    @property
    def succeeded(self) -> bool:
        return self.ended.outcome is Outcome.SUCCEEDED

    def tasks(self, status: TaskStatus) -> list[str]:
        return sorted(task._address for step in self.run for task in step.tasks if task.status is status)

    @property
    def executed(self) -> list[str]:
        return self.tasks(TaskStatus.SUCCEEDED)

    @property
    def reused(self) -> list[str]:
        return self.tasks(TaskStatus.REUSED)

    @property
    def failed(self) -> list[str]:
        return self.tasks(TaskStatus.FAILED)

    def value(self, step: str, name: str, item: int = 0) -> Any:
        return self.run[step].tasks[item].data.__getattr__(name)

    @property
    def data(self) -> Any:
        """The artifacts of the end."""
        return self.run["end"].task.data

    @property
    def error(self) -> str:
        """Of the first failed task: type and message."""
        failures = [task.exception for step in self.run for task in step.tasks if task.exception]
        return str(failures[0]) if failures else ""
