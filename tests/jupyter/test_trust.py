"""What others have signed, and what is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.errors import (
    StoreError,
    Untrusted,
)
from nbflow.store.values.artifact_ref import Component
from tests.jupyter.live import Live


def test_what_somebody_else_signed_is_neither_reused_nor_restored_until_it_is_trusted(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%step one\nx = [1]")
    live.session.close()
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "somebody else"))
    other = Live({"__name__": "__main__"}, live.session.folder)
    other.session.document.execute("%%step one\nx = [1]")
    with pytest.raises(Untrusted, match="trust"):
        other.use("restore 1/one")
    assert "x" not in other.names
    assert other.run("%%step one\nx = [1]") == []
    other.use("trust")
    assert "trusted from now on" in capsys.readouterr().out
    other.names["x"] = None
    other.use("restore 1/one")
    assert other.names["x"] == [1]
    other.session.close()


def test_a_damaged_object_leaves_the_namespace_as_it_was(live: Live) -> None:
    live.run("import numpy as np")
    live.run("%%step one\nx = np.arange(300_000.0)\ny = 1")
    live.run("%%step two\nx = x + 1\ny = 2")
    history, run = live.session.store().history, live.session.interactive.row.id
    component = history.component(dict(history.views(run, ["one"]))["one", ()]["x"].component)
    (blob,) = (path for path in live.session.root.glob("blobs/**/*") if path.is_file() and blob_is(path, component))
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-8])
    before = dict(live.names)
    with pytest.raises(StoreError, match="nbflow verify"):
        live.use("restore one")
    assert all(live.names[name] is value for name, value in before.items())
    assert live.names.keys() == before.keys()


def blob_is(path: Path, component: Component) -> bool:
    return any(path.name in digest or digest.endswith(path.name) for digest in component.buffers)
