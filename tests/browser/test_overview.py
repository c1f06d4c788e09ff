"""All flows of the server in one tab: what ran, what runs, what failed, what it takes on disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.browser.cells import LINEAR, LOAD, SLOW, open_gate, write_notebook
from tests.browser.conftest import OpenNotebook
from tests.browser.lab import Lab
from tests.browser.test_appearance import TRIED, violations
from tests.browser.window import Window

FAILING = [LOAD, "%%step load\nrows = [3, 1, 2]", "%%step fit\nraise ValueError('<b>no</b> data\\nsecond line')"]
EVIL = "<img src=x onerror=top.__pwned=1>&lt;b>"
CLOSE = """path => [...window.jupyterapp.shell.widgets('main')]
  .find(widget => widget.context?.path === path).dispose()"""
RunInShell = Callable[..., Path]


@pytest.fixture
def run_in_shell(lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch) -> RunInShell:
    """Write a notebook and run it as the user of the server would."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(lab.home / "data"))

    def run(name: str, *cells: str) -> Path:
        path = folder / f"{name}.ipynb"
        write_notebook(path, cells)
        subprocess.run([sys.executable, "-m", "nbflow", "run", str(path)], capture_output=True)
        return path

    return run


def open_flows(window: Window) -> None:
    window.command("nbflow:flows")
    window.page.locator(".nbf-Flows").wait_for()


def row(window: Window, folder: Path, name: str) -> Locator:
    return window.page.locator(f".nbf-FlowRow[aria-label*='{folder.name}/{name}.ipynb,']")


def texts(found: Locator) -> list[str]:
    return [text.strip() for text in found.locator("[role=gridcell]").all_inner_texts()]


@pytest.mark.parametrize("theme", TRIED)
def test_it_tells_what_ran_and_what_failed(
    notebook: OpenNotebook, folder: Path, run_in_shell: RunInShell, theme: str
) -> None:
    run_in_shell("fine", *LINEAR)
    run_in_shell("broken", *FAILING)
    window = notebook(["1 + 1"])
    window.page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    window.wait(f"document.body.dataset.jpThemeName === '{theme}'")
    window.command("launcher:create")
    window.page.locator(".jp-LauncherCard:visible", has_text="Flows").click()
    broken = row(window, folder, "broken")
    broken.wait_for()
    assert texts(broken)[1] == "failed"
    assert texts(broken)[6] == "fit: ValueError: <b>no</b> data"
    assert broken.locator("b").count() == 0
    fine = row(window, folder, "fine")
    assert texts(fine)[1] == "succeeded"
    window.page.locator(".nbf-FlowsFoot", has_text="on disk").wait_for()
    window.screenshot(f"flows_{theme[11:].lower()}")
    assert violations(window, ".nbf-Flows") == []
    window.page.get_by_placeholder("Search flows").fill(f"{folder.name} data")
    fine.wait_for(state="detached")
    broken.click()
    window.wait(f"window.jupyterapp.shell.currentWidget?.context?.path === '{folder.name}/broken.ipynb'")
    window.wait_for_kernel("idle")


def test_a_run_is_shown_while_it_goes_on_and_can_be_stopped(
    notebook: OpenNotebook, folder: Path, run_in_shell: RunInShell
) -> None:
    window = notebook(SLOW, "slow")
    window.open_panel().action("run").click()
    open_flows(window)
    slow = row(window, folder, "slow")
    slow.locator("progress").wait_for()
    window.page.locator(".nbf-Flows .nbf-Hint", has_text="1 running").wait_for()
    slow.get_by_text("3/6").wait_for()
    window.screenshot("flows_running")
    assert violations(window, ".nbf-Flows") == []
    window.page.evaluate(CLOSE, f"{folder.name}/slow.ipynb")
    slow.locator("[data-action=stop]").click()
    window.page.locator(f".nbf-FlowRow[data-status=cancelled][aria-label*='{folder.name}/slow']").wait_for()
    assert slow.locator("[data-action=stop]").count() == 0


def test_a_run_of_a_shell_is_followed_and_nothing_is_asked_when_nothing_runs(
    notebook: OpenNotebook, folder: Path, run_in_shell: RunInShell
) -> None:
    run_in_shell("fine", *LINEAR)
    path = folder / "waits.ipynb"
    write_notebook(path, SLOW)
    window = notebook(["1 + 1"])
    with subprocess.Popen([sys.executable, "-m", "nbflow", "run", str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if b"fit" in line)
        open_flows(window)
        row(window, folder, "waits").locator("progress").wait_for()
        open_gate(folder)
        process.wait()
    window.page.locator(f".nbf-FlowRow[data-status=succeeded][aria-label*='{folder.name}/waits']").wait_for()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "/nbflow/flows" in request.url else None)
    window.page.wait_for_function("() => new Promise(done => setTimeout(() => done(true), 2500))")
    assert asked == []


def test_old_runs_are_deleted_after_it_was_said_which(
    notebook: OpenNotebook, folder: Path, run_in_shell: RunInShell
) -> None:
    for number in range(11):
        run_in_shell("old", LOAD, f"%%step load\nrows = bytes([{number}]) * 90_000")
    window = notebook(["1 + 1"])
    open_flows(window)
    window.page.locator(".nbf-FlowsFoot", has_text="can be freed").wait_for()
    row(window, folder, "old").click(button="right")
    window.page.locator(".nbf-MenuItem[data-action=free]", has_text="Free 90.0 kB").click()
    dialog = window.page.locator(".jp-Dialog")
    dialog.get_by_text(f"In {folder.name}/.nbflow, these old runs of all its notebooks are deleted: old/1").wait_for()
    window.screenshot("flows_free")
    window.accept("Cancel")
    window.page.locator(".nbf-FlowsFoot [data-action=free-space]").click()
    window.page.locator(".nbf-MenuItem[data-action=free]", has_text=folder.name).click()
    window.accept("Delete")
    window.wait_for_toast("deleted 1 run (old/1), 1 object")
    window.page.locator(".nbf-FlowsFoot", has_text="can be freed").wait_for(state="detached")


def test_hostile_names_and_errors_are_shown_as_text(
    notebook: OpenNotebook, folder: Path, run_in_shell: RunInShell
) -> None:
    run_in_shell(EVIL.replace("/", ""), LOAD, f"%%step load\nraise ValueError({EVIL!r})")
    window = notebook(["1 + 1"])
    open_flows(window)
    evil = window.page.locator(".nbf-FlowRow", has_text="onerror").first
    evil.wait_for()
    assert texts(evil)[6] == f"load: ValueError: {EVIL}"
    assert window.page.locator(".nbf-Flows img").count() == 0
    evil.click(button="right")
    window.page.locator(".nbf-MenuItem[data-action=open]").wait_for()
    assert window.page.evaluate("() => window.__pwned") is None
