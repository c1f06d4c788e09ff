"""Starts the process that shows values: `python -m nbflow.jupyter.values`."""

from __future__ import annotations

from nbflow.jupyter.values.viewing import serve_values

serve_values()
