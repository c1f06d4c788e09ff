"""Names the requests of the panel, so that the server knows them before it loads what answers them."""

from __future__ import annotations

REQUESTS = ("flow", "runs", "run", "tasks", "grid", "task", "outputs", "results", "diff", "report", "plan", "repair")
"""The last parts of the paths below `/nbflow/`."""

POSTED = frozenset({"flow", "plan", "repair"})
"""The requests that have a body. They change nothing either."""

LARGEST_BODY = 16 << 20
"""The most bytes of a body: it holds the text of the cells, and no outputs."""

JSON, HTML = "application/json", "text/html; charset=utf-8"
