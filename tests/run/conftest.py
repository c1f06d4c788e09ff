"""A place to run flows in."""

from pathlib import Path

import pytest

from tests.run.running import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
