"""A folder with a notebook, as a server shows it: its cells are run in a shell and asked about as the panel asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.jupyter.panel.answers import Question, answer
from tests.cli.shell import Answer, Shell


@dataclass(frozen=True)
class Desk:
    folder: Path
    name: str = "films"

    def write(self, *cells: str) -> None:
        """Save the notebook; its cells have the ids cell-1, cell-2 …"""
        Shell(self.folder).write(self.name, *cells)

    def use(self, verb: str, *words: str) -> Answer:
        return Shell(self.folder)(verb, str(self.folder / f"{self.name}.ipynb"), *words)

    def ask(self, what: str, body: Any = None, **query: object) -> Any:
        """What must be answered."""
        status, found = self.try_to_ask(what, body, **query)
        assert status == 200, found
        return found

    def try_to_ask(self, what: str, body: Any = None, **query: object) -> tuple[int, Any]:
        words = {"path": f"{self.name}.ipynb"} | {name: str(value) for name, value in query.items()}
        given = answer(what, Question(self.folder, words, "" if body is None else json.dumps(body)))
        return int(given.status), json.loads(given.text) if given.kind == "application/json" else given.text

    def flow(self, *cells: str) -> Any:
        """Of these cells as they are on the screen."""
        sent = [{"id": f"cell-{n}", "source": text, "type": "code", "tags": []} for n, text in enumerate(cells, 1)]
        return self.ask("flow", {"cells": sent})


def statuses(state: Any) -> dict[str, str]:
    return {line["step"]: line["status"] for line in state["lines"]}


def line_of(state: Any, step: str) -> Any:
    return next(line for line in state["lines"] if line["step"] == step)
