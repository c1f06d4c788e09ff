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
    runs.locator(".nbf-RunRow", has_text="Drama").wait_for()
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


def test_a_chosen_parameter_is_a_chip_until_the_value_of_the_cell_counts_again(notebook: OpenNotebook) -> None:
    window = notebook(CELLS)
    panel = window.open_panel()
    panel.wait_for_step("pick", "missing")
    panel.action("parameters").click()
    panel.root.locator(".nbf-Form").get_by_label("genre").fill("Drama")
    panel.action("run-with").click()
    panel.wait_for_step("pick", "done")
    assert panel.chips() == ["genre Drama"]
    window.run_cell(2)  # the kernel agrees: it takes the result of the run
    window.run_cell(3)
    window.wait_for_output(3, "picked is DramaDramaDrama")
    window.screenshot("chips")
    panel.action("unchoose").click()
    panel.wait_for_step("pick", "stale")
    assert panel.chips() == []
    window.run_cell(2)
    panel.wait_for_step("pick", "done")
    window.run_cell(3)
    window.wait_for_output(3, "picked is ComedyComedyComedy")


def test_editing_the_cell_ends_the_choice(notebook: OpenNotebook) -> None:
    window = notebook(CELLS)
    panel = window.open_panel()
    panel.wait_for_step("pick", "missing")
    window.run_cell(0)
    window.execute("%flow run --genre Drama --top_k 1")
    panel.wait_for_step("pick", "done")
    panel.chip("genre").wait_for()
    window.edit_cell(1, CELLS[1].replace("Comedy", "Horror"))
    panel.chip("genre").wait_for(state="detached")
    assert panel.chips() == ["top_k 1"]
    panel.wait_for_step("pick", "stale")
    panel.action("run").click()
    panel.wait_for_step("pick", "done")
    panel.step("pick").click()
    panel.root.locator(".nbf-Artifact[data-name=picked]", has_text="Horror").wait_for()
