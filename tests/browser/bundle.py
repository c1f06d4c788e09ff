"""The panel of this checkout, built again if its sources changed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

LABEXTENSION = Path(__file__).parents[2] / "labextension"
DIST = LABEXTENSION / "dist"


def refresh() -> None:
    spec = importlib.util.spec_from_file_location("bundle", LABEXTENSION / "bundle.py")
    assert spec is not None and spec.loader is not None
    bundle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bundle)
    bundle.refresh()
