"""Skips tests of R where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("Rscript") is None:
        mark = pytest.mark.skip(reason="there is no Rscript: apt-get install r-base-core")
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(mark)
