"""A session in this process, and cells that are executed in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from nbflow.flow.syntax.header import CellKind, read_header
from nbflow.jupyter.kernel.screen import PlainScreen
from nbflow.jupyter.kernel.session import Session
from nbflow.jupyter.kernel.verbs.dispatch import use
from nbflow.run.output.outputs import Output
from nbflow.store.catalog.rows import TaskStatus


class Shown(PlainScreen):
    """Remembers the lines that nbflow said, and what was shown again."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.replayed: list[Output] = []

    def say(self, text: str) -> None:
        self.said.append(text)

    def replay(self, outputs: list[Output]) -> None:
        self.replayed += outputs


class Live:
    """Cells are executed as a front end without cell ids would."""

    def __init__(self, namespace: dict[str, Any], folder: Path, path: Path | None = None) -> None:
        self.screen = Shown()
        self.names = namespace
        self.session = Session(namespace, self.screen, folder, path)

    def run(self, source: str) -> list[str]:
        """Execute a cell; what nbflow said to it, without the times, which no test knows."""
        self.screen.said.clear()
        self.screen.replayed.clear()
        match read_header(source).kind:
            case CellKind.STEP:
                self.session.execute(source)
            case CellKind.PARAMETERS:
                self.session.set_parameters(source)
            case CellKind.ENVIRONMENT:
                self.session.ran(source, None)
            case _:
                exec(compile(source, "cell", "exec", dont_inherit=True), self.names)
                self.session.ran(source, None)
        said = (re.sub(r", saved [\d.]+ s", "", line) for line in self.screen.said)
        return [re.sub(r"\b\d+ s ago", "just now", line) for line in said]

    def use(self, line: str) -> None:
        use(self.session, line)

    def user_names(self) -> set[str]:
        return {name for name in self.names if not name.startswith("__")}


def rows(live: Live, step: str) -> list[TaskStatus]:
    """What became of the tasks of a step in the interactive run, every execution counted."""
    assert live.session.interactive is not None
    run = live.session.interactive.row.id
    return [row.status for row in live.session.store().history.tasks(run, step, superseded=True) if not row.split]
