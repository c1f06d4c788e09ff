"""Names the requests of the panel, so that the server knows them before it loads what answers them."""

from __future__ import annotations

REQUESTS = (
    *("flow", "runs", "run", "tasks", "grid", "task", "outputs", "results", "diff", "report", "plan"),
    *("repair", "versions", "value", "flows", "space", "manual", "demo"),
)
"""The last parts of the paths below `/nbflow/`."""

WITHOUT_NOTEBOOK = frozenset({"flows", "space", "manual", "demo"})
"""The requests that are not about one notebook."""

POSTED = frozenset({"flow", "plan", "repair", "value"})
"""The requests that have a body. They change nothing either."""

EXECUTING = frozenset({"value"})
"""The requests that let a process load a value: only who may use kernels may make them."""

LARGEST_BODY = 16 << 20
"""The most bytes of a body: it holds the text of the cells, and no outputs."""

JSON, HTML = "application/json", "text/html; charset=utf-8"
