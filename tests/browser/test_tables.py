"""Tasks and runs as tables in JupyterLab: charts, menus, what they do in the kernel, and runs side by side."""

from __future__ import annotations

import socket
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook
from tests.browser.panel import Panel
from tests.browser.window import Window
from tests.run.hosts.hosts import processes_named, wait_until, words_of

GRID = [
    LOAD,
    "import time",
    "%%parameters\nshift: float = 0.0",
    "%%step load\ngrid = [dict(max_depth=d, rate=r, kind=k) for d in (2, 4, 8) for r in (0.1, 0.5) for k in 'ab']",
    "%%step fit --foreach cfg in grid\n"
    "if cfg['max_depth'] == 8 and cfg['kind'] == 'b':\n    raise ValueError('too deep')\n"
    "time.sleep(0.02)  # long enough for its memory to be measured\n"
    "r2 = 1 - cfg['rate'] / cfg['max_depth']\nmae = cfg['rate'] * cfg['max_depth']\n"
    "size = 100 * cfg['max_depth']",
    "%%step best --join fit\nbest_r2 = max(inputs.r2) - shift\nmae = min(inputs.mae)\n"
    "import pandas as pd\nscores = pd.DataFrame({'r2': inputs.r2, 'mae': inputs.mae})",
    "%%step figure\nfrom matplotlib.figure import Figure\nshown = Figure(figsize=(3 + 8 * shift, 2))\n"
    "shown.add_subplot().scatter(scores.mae, scores.r2)\nshown",
]


def failed_flow(notebook: OpenNotebook) -> tuple[Window, Panel]:
    """Two of twelve tasks have failed, and what comes after them has not run."""
    window = notebook(GRID)
    panel = window.open_panel()
    panel.wait_for_step("figure", "missing")
    panel.action("run").click()
    panel.wait_for_step("fit", "failed")
    panel.step("fit").click()
    panel.root.locator(".nbf-Task").nth(11).wait_for()
    return window, panel


def test_a_foreach_is_a_table_that_is_sorted_drawn_and_gone_on_with(notebook: OpenNotebook) -> None:
    window, panel = failed_flow(notebook)
    panel.action("tasks-tab").click()
    tab = Panel(window.page.locator("#jp-main-dock-panel .nbf-Panel"))
    headings = tab.root.locator(".nbf-WholeTasks [role=columnheader]")
    expect(headings).to_have_text(["Task", "max_depth", "rate", "kind", "mae", "r2", "size", "Time", "Memory", "CPU"])
    headings.nth(5).get_by_role("button").click()
    expect(tab.root.locator(".nbf-Task").first.locator(".nbf-mod-item").first).to_have_text("8")
    tab.root.locator(".nbf-WholeTasks [data-action=chart]").click()
    for place in (2, 5):
        headings.nth(place).get_by_role("button").click()
    tab.root.locator(".nbf-Chart canvas, .nbf-Chart svg").first.wait_for()
    window.screenshot("task_table_scatter")
    headings.nth(1).get_by_role("button").click()
    tab.root.locator(".nbf-Chart canvas, .nbf-Chart svg").first.wait_for()
    window.screenshot("task_table_parallel")
    window.command("apputils:change-theme", {"theme": "JupyterLab Dark"})
    window.wait("document.body.dataset.jpThemeLight === 'false'")
    expect(tab.root.locator(".nbf-Chart canvas")).not_to_have_attribute("width", "0")
    tab.root.locator(".nbf-WholeTasks [data-action=go-on]").click()
    panel.wait_for_steps(fit="done", best="done", figure="done")


def test_the_menu_of_a_task_restores_it(notebook: OpenNotebook) -> None:
    window, panel = failed_flow(notebook)
    panel.root.locator(".nbf-Task").nth(2).click(button="right")
    panel.root.get_by_role("menuitem", name="Restore…").click()
    window.accept("Restore")
    window.wait_for_toast("fit[2] restored")
    panel.action("restore").click()
    dialog = window.page.locator(".jp-Dialog", has_text="Restore which item of fit?")
    dialog.locator("select").select_option("fit[0] · max_depth=2, rate=0.1, kind='a'")
    window.accept("Restore…")
    window.accept("Restore")
    window.wait_for_toast("fit[0] restored")


def test_runs_are_a_table_with_results_and_are_compared_noted_pinned_and_deleted(notebook: OpenNotebook) -> None:
    window, panel = failed_flow(notebook)
    panel.action("go-on").dispatch_event("click")  # the notice of the failure may move the button meanwhile
    panel.wait_for_steps(best="done", figure="done")
    window.execute("get_ipython().run_line_magic('flow', 'resume --without-failed fit --shift 0.125')")
    runs = panel.open_view("runs")
    expect(runs.locator(".nbf-RunRow")).to_have_count(3)
    expect(runs.locator(".nbf-RunRow[data-run='2'] [data-best]")).to_have_text(["0.9875", "0.2"])
    for number in (3, 2):
        runs.get_by_label(f"Compare run {number}", exact=True).click()
    panel.action("compare").click()
    diff = panel.root.locator(".nbf-Diff")
    expect(diff.locator("h3")).to_have_text("Run 2 → run 3")
    row = diff.get_by_role("row", name="best.best_r2")
    expect(row.locator("td")).to_have_text(["0.9875", "0.8625"])
    expect(diff.locator(".nbf-Figure img")).to_have_count(2)
    window.screenshot("runs_compared")
    panel.action("close-diff").click()
    runs.locator(".nbf-RunRow[data-run='2']").click(button="right")
    panel.root.get_by_role("menuitem", name="Write a note…").click()
    window.page.locator(".jp-Dialog input").fill("for {the} $talk")
    window.accept("Ok")
    expect(runs.get_by_role("gridcell", name="for {the} $talk")).to_be_visible()
    runs.locator(".nbf-RunRow[data-run='2']").click(button="right")
    panel.root.get_by_role("menuitem", name="Pin").click()
    expect(runs.locator(".nbf-RunRow").first).to_have_attribute("data-run", "2")
    runs.locator(".nbf-RunRow[data-run='1']").click(button="right")
    panel.root.get_by_role("menuitem", name="Delete…").click()
    window.accept("Delete")
    expect(runs.locator(".nbf-RunRow")).to_have_count(2)
    window.screenshot("runs_table")


CLUSTER = """[tool.nbflow.clusters.pair]
class = "dask.distributed.LocalCluster"
workers = 1
threads_per_worker = 2
dashboard_address = ":0"
"""


SLEEPING = "%%step hold --after fit\nimport subprocess\nsubprocess.run(['sleep', '600'])"


def test_the_run_menu_offers_a_cluster_whose_hosts_are_named_and_which_the_stop_button_ends(
    notebook: OpenNotebook, folder: Path
) -> None:
    (folder / "pyproject.toml").write_text(CLUSTER)
    window = notebook([LOAD, "%%step fit --foreach i in [1, 2, 3]\nsquare = i * i", SLEEPING])
    window.execute(f"import os\nos.environ['NBFLOW_TEST_NAMED'] = {str(folder)!r}")
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    panel.root.get_by_role("button", name="What to run").click()
    window.page.get_by_role("menuitem", name="Run on pair").click()
    panel.wait_for_steps(fit="done", hold="running")
    assert wait_until(lambda: any("sleep" in words_of(pid) for pid in processes_named(str(folder))))
    panel.action("cancel").click()
    panel.wait_for_step("hold", "cancelled")
    assert wait_until(lambda: not processes_named(str(folder)))
    panel.step("fit").click()
    panel.action("tasks-tab").click()
    tab = Panel(window.page.locator("#jp-main-dock-panel .nbf-Panel"))
    headings = tab.root.locator(".nbf-WholeTasks [role=columnheader]")
    expect(headings.last).to_have_text("Host")
    expect(tab.root.locator(".nbf-Task").first).to_contain_text(socket.gethostname())
