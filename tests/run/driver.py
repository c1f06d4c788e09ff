"""A driver in a process of its own, to be killed: `python -m tests.run.driver FOLDER` prints every event."""

from __future__ import annotations

import sys
from pathlib import Path

from nbflow.run.events.events import Event
from nbflow.run.launch import launch
from nbflow.run.learning import link_known
from nbflow.run.machine.plan import plan_run
from nbflow.run.request import RunRequest
from nbflow.run.task.job import Result
from nbflow.store.store import Store
from tests.flows import Shape

KILLED = Shape("killed", """
import hashlib
---
%%step start
words = [f"word{i}" for i in range(12)]
n = 0
---
%%step hashed --foreach word in words
digest = hashlib.sha256(word.encode() * 1000).hexdigest()
big = bytes(100_000)
---
%%step short
first = digest[:4]
---
%%step joined --join hashed
everything = "".join(inputs.first)
---
%%step loop --while again
n = n + 1
again = n < 4
---
%%step end
result = (everything, n)
""", {})  # fmt: skip
"""Branches, a foreach with a chain, a join and a loop, and objects large enough to be files."""


def main(folder: Path) -> None:
    store = Store.open(folder / ".nbflow")
    graph = link_known(KILLED.graph.flow, store.history)

    def announce(event: Event, _result: Result | None) -> None:
        print(type(event).__name__, event.task if hasattr(event, "task") else "", flush=True)

    finished = launch(graph, RunRequest(plan_run(graph, slots=2), {}), store, folder, announce)
    print("over", finished.outcome, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
