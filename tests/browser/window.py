"""A browser's page with JupyterLab in it, driven by its commands and watched by its state, never by time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Response

from tests.browser.lab import Lab
from tests.browser.panel import Panel

SCREENSHOTS = Path(__file__).parent / "screenshots"
PANEL = "#nbflow-panel"
NOTEBOOK = "window.jupyterapp.shell.currentWidget"
CELLS = f"{NOTEBOOK}.content.widgets"
KERNEL = f"{NOTEBOOK}?.sessionContext?.session?.kernel"
OVER_ALL = ".jp-Dialog, .lm-Menu, .jp-ModalCommandPalette:not(.lm-mod-hidden)"
TIDY_UP = """() => {
  const { shell } = window.jupyterapp;
  delete document.hidden;
  document.querySelector('#nbflow-panel [role=tab][data-view=steps]')?.click();
  for (const widget of [...shell.widgets('main')]) widget.dispose();
  shell.collapseRight();
  for (const toast of document.querySelectorAll('.Toastify__toast .jp-Notification-Toast-Close')) toast.click();
  return document.body.dataset.jpThemeName === 'JupyterLab Light' && shell.mode === 'multiple-document';
}"""
OF_CLOSING = (
    "Could not restore the debugger state: Canceled future",
    "Error: Canceled future for create_subshell_request message",
    "Cannot read properties of null (reading 'promise')",
)
"""What JupyterLab 4 complains of by itself when a notebook is closed early."""
OUR_CODE = "/extensions/nbflow/"
"""Stands in the traceback of an error that our code has raised."""
OF_TWO_PAGES = re.compile(r"Comm not found for comm id [0-9a-f]+-")
"""What JupyterLab 4 complains of by itself when two pages share a kernel: each hears what is for the other."""
OF_COLLABORATION_IN_7 = "Plugin '@jupyter/docprovider-extension:statusBarTimeline' failed to activate."
"""What `jupyter-collaboration` 5 complains of by itself in Notebook 7, which has no status bar."""
OF_NOTEBOOK_7 = {
    "Cannot read properties of undefined (reading 'schema')",
    "Command 'filebrowser:open-path' not registered.",
}
"""What Notebook 7.6 complains of by itself, whatever is installed."""


class Window:
    """One notebook open in one page. What the page complains about is collected in `complaints`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.has_settings = False  # of its own
        page.on("pageerror", lambda error: self._complain(f"{error}\n{error.stack or ''}"))
        page.on("console", self._listen)
        page.on("response", self._read)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complain(f"{message.text} ({message.location.get('url', '')})")

    def _read(self, response: Response) -> None:
        """The console only says the status."""
        if "/nbflow/" in response.url and not response.ok:
            self._complain(f"{response.status} {response.url}: {response.text()}")

    def _complain(self, complaint: str) -> None:
        of_jupyter = (
            (complaint.startswith(OF_CLOSING) and OUR_CODE not in complaint)
            or OF_TWO_PAGES.match(complaint)
            or complaint.startswith(OF_COLLABORATION_IN_7)
            or ("/notebooks/" in self.page.url and complaint.partition("\n")[0] in OF_NOTEBOOK_7)
        )
        if not of_jupyter:
            self.complaints.append(complaint)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.wait_for_notebook()
        self.wait_for_kernel("idle")

    def has_lab(self) -> bool:
        """Whether JupyterLab is there already, after another test."""
        return "/lab/" in self.page.url

    def open_here(self, lab: Lab, path: Path) -> None:
        self._open(lab, path)
        self.wait_for_notebook()

    def _open(self, lab: Lab, path: Path, mode: str = "tab-after") -> None:
        name = path.relative_to(lab.root).as_posix()
        self.command("docmanager:open", {"path": name, "options": {"mode": mode}})
        self.wait(f"{NOTEBOOK}?.context?.path === {json.dumps(name)}")
        self.wait_for_kernel("idle")

    def save_settings(self, **values: Any) -> None:
        """Only those of nbflow. They count when the page is loaded anew."""
        self.has_settings = True
        save = "async raw => { await window.jupyterapp.serviceManager.settings.save('nbflow:plugin', raw); }"
        self.page.evaluate(save, json.dumps(values))

    def tidy_up(self) -> bool:
        """Leave JupyterLab as it was when it was loaded. Returns whether it is."""
        if self.has_settings or not self.has_lab() or self.page.locator(OVER_ALL).count():
            return False
        return bool(self.page.evaluate(TIDY_UP))

    def wait_for_notebook(self) -> None:
        self.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell .cm-content", state="attached")

    def wait_for_kernel(self, status: str) -> None:
        self.wait(f"{KERNEL}?.status === '{status}'")

    def wait(self, condition: str, seconds: float = 120) -> None:
        """Until an expression of JavaScript is true."""
        self.page.wait_for_function(f"() => {condition}", timeout=1000 * seconds)

    def kernel_status(self) -> str:
        return str(self.page.evaluate(f"() => {KERNEL}?.status ?? 'none'"))

    def command(self, name: str, arguments: Mapping[str, Any] | None = None) -> None:
        """Begin a command; one that runs cells is not waited for."""
        call = "([name, args]) => void window.jupyterapp.commands.execute(name, args)"
        self.page.evaluate(call, [name, dict(arguments or {})])

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def run_cell(self, index: int) -> None:
        self.select_cell(index)
        self.command("notebook:run-cell")

    def execute(self, code: str) -> None:
        """In the kernel, and in no cell."""
        self.page.evaluate(f"code => {KERNEL}.requestExecute({{ code }}).done", code)

    def select_cell(self, index: int) -> None:
        select = "(notebook, index) => { notebook.activeCellIndex = index; notebook.deselectAll(); }"
        self.page.evaluate(f"index => ({select})({NOTEBOOK}.content, index)", index)

    def active_cell(self) -> int:
        return int(self.page.evaluate(f"() => {NOTEBOOK}.content.activeCellIndex"))

    def edit_cell(self, index: int, source: str) -> None:
        self.page.evaluate(f"([i, source]) => {CELLS}[i].model.sharedModel.setSource(source)", [index, source])

    def outputs(self, index: int) -> str:
        """All outputs of a cell, as JSON."""
        return str(self.page.evaluate(f"i => JSON.stringify({CELLS}[i].model.toJSON().outputs)", index))

    def wait_for_output(self, index: int, text: str) -> None:
        self.wait(f"JSON.stringify({CELLS}[{index}].model.toJSON().outputs).includes({json.dumps(text)})")

    def wait_for_run(self, index: int) -> None:
        """Until a cell has been run to its end."""
        self.wait(f"{CELLS}[{index}].model.executionCount !== null")

    def kernel_id(self) -> str:
        return str(self.page.evaluate(f"() => {KERNEL}?.id ?? ''"))

    def accept(self, label: str) -> None:
        """Press a button of the dialog that has it."""
        button = self.page.locator(".jp-Dialog-footer").get_by_role("button", name=label, exact=True)
        button.click()
        button.wait_for(state="detached")

    def wait_for_toast(self, text: str) -> Locator:
        toast = self.page.locator(".Toastify__toast", has_text=text).last
        toast.wait_for()
        return toast

    def open_beside(self, lab: Lab, path: Path) -> None:
        """Another notebook to the right of this one; it is looked at from now on."""
        self._open(lab, path, "split-right")

    def look_at(self, name: str) -> None:
        self.page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=name).click()

    def open_panel(self) -> Panel:
        self.page.evaluate("id => window.jupyterapp.shell.activateById(id)", PANEL.removeprefix("#"))
        self.page.locator(PANEL).wait_for(state="visible")
        return self.panel

    @property
    def panel(self) -> Panel:
        return Panel(self.page.locator(PANEL))

    def screenshot(self, name: str) -> Path:
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        return path
