"""Print, pickled, what the tasks of the latest run of a Metaflow script hold, as if the script were the main module."""

from __future__ import annotations

import pickle
import runpy
import sys
from typing import Any

sys.argv = [sys.argv[1]]
made = runpy.run_path(sys.argv[0], run_name="script")

import metaflow  # noqa: E402 - the script is imported first, as by Metaflow

from tests.export.plain import plain  # noqa: E402

main = sys.modules["__main__"]
main.__dict__.update({name: value for name, value in made.items() if not name.startswith("__")})
for value in made.values():
    if isinstance(value, type) and value.__module__ == "script":
        value.__module__ = "__main__"

metaflow.namespace(None)  # type: ignore[attr-defined]
Flow: Any = metaflow.Flow  # type: ignore[attr-defined]
FlowSpec: Any = metaflow.FlowSpec  # type: ignore[attr-defined]
cls = next(v for v in made.values() if isinstance(v, type) and issubclass(v, FlowSpec) and v is not FlowSpec)
values: dict[Any, Any] = {}
for step in Flow(cls.__name__).latest_run or ():
    for task in sorted(step.tasks(), key=lambda task: int(task.id)):
        held = {one.id: one.data for one in task if not one.id.startswith("_")}
        stack = task["_foreach_stack"].data if "_foreach_stack" in task else []
        path = tuple(frame.index for frame in stack)
        values |= {(step.id, path, name): plain(value) for name, value in held.items() if name != "name"}
sys.stdout.buffer.write(pickle.dumps(values))
