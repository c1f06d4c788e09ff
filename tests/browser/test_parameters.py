"""Parameters are a form, made of their annotations, and the flow runs with what is in it."""

from __future__ import annotations

from tests.browser.cells import LOAD
from tests.browser.conftest import OpenNotebook

CELLS = [
    LOAD,
    '%%parameters\ngenre: str = "Comedy"  # genre to pick\ntop_k: int = 3  # how many\nloud: bool = False\n',
    "%%step pick\npicked = (genre.upper() if loud else genre) * top_k",
    "print('picked is', picked, '.')",
]


def test_the_form_runs_the_flow_with_what_is_in_it(notebook: OpenNotebook) -> None:
    window = notebook(CELLS)
    panel = window.open_panel()
    panel.wait_for_step("pick", "missing")
    panel.action("parameters").click()
    form = panel.root.locator(".nbf-Form")
    assert form.locator(".nbf-Help").all_inner_texts() == ["genre to pick", "how many"]
    form.get_by_label("genre").fill("Drama")
    form.get_by_label("top_k").fill("2")
    form.get_by_label("loud").select_option("True")
    window.screenshot("form")
    panel.action("run-with").click()
    panel.wait_for_step("pick", "done")
    runs = panel.open_view("runs")
    runs.locator(".nbf-RunParameters", has_text="Drama").wait_for()
    panel.open_view("steps")
    panel.step("pick").click()
    panel.root.locator(".nbf-Artifact[data-name=picked]", has_text="DRAMADRAMA").wait_for()


def test_what_is_no_number_is_not_run(notebook: OpenNotebook) -> None:
    window = notebook(CELLS)
    panel = window.open_panel()
    panel.wait_for_step("pick", "missing")
    panel.action("parameters").click()
    panel.root.locator(".nbf-Form").get_by_label("top_k").fill("1.5")
    panel.action("run-with").click()
    assert panel.root.locator(".nbf-Form :invalid").count() > 0
    assert panel.statuses() == {"pick": "missing"}
