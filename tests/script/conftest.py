"""A folder to run scripts in."""

from pathlib import Path

import pytest

from tests.script.running import Scripts


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scripts:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("METAFLOW_USER", "tester")
    return Scripts(tmp_path)
