"""A run as one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_executed import read, text_of
from tests.jupyter.conftest import live as live
from tests.jupyter.live import Live


def test_a_report_shows_what_every_task_did_and_refers_to_nothing_outside(
    live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    live.run("%%parameters\ntop_k: int = 3")
    live.run("%%step one\nprint('<loud>')\nx = top_k\nx")
    live.run("%%step each --foreach i in range(3)\ny = i")
    with pytest.raises(ZeroDivisionError):
        live.run("%%step bad\nz = 1 / 0")
    live.use(f"report -o {tmp_path / 'page.html'}")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<title>&lt;console&gt; · run 1</title>" in page
    assert "<th>top_k</th><td>3</td>" in page
    assert "&lt;loud&gt;" in page
    assert "each[2] · succeeded" in page
    assert "ZeroDivisionError: division by zero" in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_html_that_a_step_displayed_cannot_run_scripts_in_the_page(live: Live, tmp_path: Path) -> None:
    body = "class Rich:\n    def _repr_html_(self):\n        return '<script>alert(1)</script><b>bold</b>'"
    live.run(body)
    live.run("%%step one\nx = 1\nRich()")
    live.use(f"report -o {tmp_path / 'page.html'}")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<script>" not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "iframe sandbox" in page


def test_a_notebook_of_a_session_has_each_step_as_it_ran_last(live: Live, tmp_path: Path) -> None:
    live.run("%%step one\nprint('first')\nx = 1")
    live.run("%%step two\nprint('second')\ny = x")
    live.run("%%step one\nprint('edited')\nx = 1")
    live.use(f"report -o {tmp_path / 'page.ipynb'}")
    cells = read(tmp_path / "page.ipynb").cells
    assert [(cell.source.splitlines()[1], text_of(cell.outputs)) for cell in cells] == [
        ("print('edited')", "edited\n"),
        ("print('second')", "second\n"),
    ]


def test_a_run_in_a_kernel_keeps_its_notebook_too(live: Live, tmp_path: Path) -> None:
    live.run("%%parameters\ntop: int = 3")
    live.run("%%step one\nprint('loud')\nx = top")
    live.use(f"run --top 4 --output {tmp_path}/top-{{top}}.ipynb")
    assert f"the executed notebook is {tmp_path / 'top-4.ipynb'}" in "".join(live.screen.said)
    parameters, step = read(tmp_path / "top-4.ipynb").cells
    assert (text_of(parameters.outputs), text_of(step.outputs)) == ("top = 4\n", "loud\n")
