"""`%flow export`: the verb of the shell, on the notebook that is open and as it stands in the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.errors import FlowRefused, TargetExists
from tests.jupyter.live import Live
from tests.jupyter.notebooks import write


def test_export_writes_the_cells_as_they_were_executed(live: Live, tmp_path: Path) -> None:
    live.session.follow(write(tmp_path / "films.ipynb", "%%step one\nx = 1", "%%step two\ny = x + 1"))
    live.session.execute("%%step one\nx = 5", "a")
    live.use(f"export {tmp_path / 'flow.py'} --target metaflow")
    text = (tmp_path / "flow.py").read_text()
    assert "x = 5" in text
    assert "from metaflow import FlowSpec, step" in text
    assert "class FilmsFlow(FlowSpec)" in text


def test_check_with_a_script_offers_the_magic(live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    live.session.follow(write(tmp_path / "films.ipynb", "%%step one\nx = 1", "%%step two\ny = x + 1"))
    script = tmp_path / "flow.py"
    live.use(f"export {script}")
    live.session.execute("%%step one\nx = 5", "a")
    live.use(f"check --script {script}")
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "cell 1 (step one) has changed since the export",
        f"to write the script again: %flow export {script} --force",
    ]


def test_export_raises_what_the_shell_would_say(live: Live, tmp_path: Path) -> None:
    live.run("%%step one\nx = 1")
    target = tmp_path / "flow.py"
    target.write_text("mine")
    with pytest.raises(TargetExists):
        live.use(f"export {target}")
    with pytest.raises(FlowRefused):
        live.run("%%step two\ny = z")
    with pytest.raises(FlowRefused, match="nothing above provides 'z'"):
        live.use(f"export {target} --force")
    assert target.read_text() == "mine"
