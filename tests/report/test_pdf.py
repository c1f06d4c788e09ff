"""The page of a run as PDF, printed by a real Chromium where there is one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from nbflow.history.report.to_pdf import find_chromium
from tests.cli.conftest import shell as shell
from tests.cli.shell import Shell

FAKE = f"""#!{sys.executable}
import sys
from pathlib import Path
target = next(word for word in sys.argv if word.startswith("--print-to-pdf=")).partition("=")[2]
Path(target).write_text("\\n".join(sys.argv))
"""


@pytest.fixture
def ran(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of a notebook that has run; files without a folder in their name go beside it."""
    path = shell.write("films", "%%step one\nx = 1\nx")
    shell("run", path)
    monkeypatch.chdir(shell.folder)
    return path


@pytest.mark.skipif(find_chromium() is None, reason="Chromium is missing")
@pytest.mark.parametrize(
    ("words", "name"),
    [(["--pdf"], "films-1.pdf"), (["-o", "x.pdf"], "x.pdf"), (["--pdf", "-o", "x.html"], "x.pdf")],
)
def test_a_report_is_printed(shell: Shell, ran: str, words: list[str], name: str) -> None:
    assert shell("report", ran, *words).out == f"run 1 is written to {name}\n"
    assert (shell.folder / name).read_bytes().startswith(b"%PDF-")
    assert not list(shell.folder.glob("*.html"))


def test_without_a_chromium_one_line_says_what_to_do(shell: Shell, ran: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBFLOW_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(shell.folder))
    answer = shell("report", ran, "--pdf")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("Error: there is no Chromium to make a PDF with: install Chromium, Chrome or Edge")
    assert answer.err.count("\n") == 1
    assert not list(shell.folder.glob("*.pdf"))


@pytest.mark.parametrize(
    ("program", "reason"), [("/bin/false", "exit code 1"), ("/bin/true", "wrote no file"), ("/none", "No such file")]
)
def test_a_browser_that_prints_nothing_is_named(
    shell: Shell, ran: str, program: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_CHROMIUM", program)
    answer = shell("report", ran, "--pdf")
    assert answer.code == 1
    assert f"{program} made no PDF ({reason}" in answer.err or reason in answer.err
    assert not list(shell.folder.glob("*.pdf"))


def test_the_sandbox_is_left_out_only_for_root(shell: Shell, ran: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = shell.folder / "fake"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    monkeypatch.setenv("NBFLOW_CHROMIUM", str(fake))
    assert shell("report", ran, "--pdf").code == 0
    words = Path("films-1.pdf").read_text().splitlines()
    assert ("--no-sandbox" in words) == (os.geteuid() == 0)
    assert words[-1].startswith("file://")


def test_a_notebook_is_not_printed(shell: Shell, ran: str) -> None:
    answer = shell("report", ran, "--pdf", "-o", "done.ipynb")
    assert answer.code == 2
    assert "--pdf prints a page" in answer.err


@pytest.mark.parametrize(("name", "reason"), [("r.doc", "ends with .doc"), ("report", "has no ending")])
def test_an_unknown_form_is_refused(shell: Shell, ran: str, name: str, reason: str) -> None:
    answer = shell("report", ran, "-o", name)
    assert answer.code == 1
    assert answer.err == f"Error: {name} {reason}: give a file that ends with .html, .htm, .pdf or .ipynb\n"
    assert not (shell.folder / name).exists()
