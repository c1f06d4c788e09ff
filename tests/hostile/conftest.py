from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign with a key of this test alone."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "keys of the user"))
