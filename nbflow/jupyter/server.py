"""The extension of the Jupyter server."""

from __future__ import annotations

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nbflow.jupyter.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Nothing is served yet."""
