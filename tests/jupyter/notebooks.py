"""Notebook files for tests."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def write(path: Path, *sources: str, at: float | None = None, kinds: Sequence[str] = ()) -> Path:
    """A notebook whose cells have the ids a, b, c …"""
    cells: list[dict[str, Any]] = [
        {"cell_type": kind, "id": "abcdefgh"[n], "metadata": {}, "source": source}
        for n, (source, kind) in enumerate(zip(sources, kinds or ["code"] * len(sources), strict=True))
    ]
    for cell in cells:
        if cell["cell_type"] == "code":
            cell |= {"execution_count": None, "outputs": []}
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    if at is not None:
        os.utime(path, (at, at))
    return path
