"""A place whose steps may have environments."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.run.workers.local_workers import LocalWorkers
from tests.environments import caches as caches
from tests.run.running import Place


@pytest.fixture(autouse=True)
def place(tmp_path: Path, caches: Path) -> Place:
    return Place(tmp_path, workers=LocalWorkers)
