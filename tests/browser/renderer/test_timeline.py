"""When tasks went on, grouped by step."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.renderer import movies, states
from tests.browser.renderer.stage import Stage

NAMES = "rows => rows.map(row => row.getAttribute('aria-label'))"


@pytest.fixture
def timeline(stage: Stage) -> Stage:
    stage.mount_movies("timeline", width=500)
    expect(stage.find(".nbf-TimelineRow")).to_have_count(8)
    return stage


def step(stage: Stage, name: str) -> Locator:
    return stage.find(f".nbf-TimelineRow[aria-level='1'][data-step={name}]")


def test_each_step_is_a_row_from_its_first_beginning_to_its_last_end(timeline: Stage) -> None:
    names = timeline.find(".nbf-TimelineRow").evaluate_all(NAMES)
    assert names[:3] == ["load, reused, 0.10 s", "clean, reused, 0.10 s", "pick, done, 1.6 s"]
    assert names[6].startswith("fit, failed, 9 tasks, 20.")
    pick, bonus = (step(timeline, name).locator(".nbf-Bar").bounding_box() for name in ("pick", "bonus"))
    assert pick
    assert bonus
    assert pick["x"] < bonus["x"] < pick["x"] + pick["width"] < bonus["x"] + bonus["width"]


def test_a_foreach_unfolds_to_its_tasks_by_click_and_by_arrow(timeline: Stage) -> None:
    step(timeline, "fit").locator(".nbf-Twisty").click()
    expect(timeline.find(".nbf-TimelineRow[aria-level='2']")).to_have_count(9)
    assert step(timeline, "fit").get_attribute("aria-expanded") == "true"
    step(timeline, "fit").focus()
    timeline.press("ArrowLeft")
    expect(timeline.find(".nbf-TimelineRow[aria-level='2']")).to_have_count(0)
    timeline.press("ArrowRight", "ArrowDown")
    assert timeline.focused == "learning_rate=0.03, max_leaf_nodes=4, done, 1.4 s"


def test_a_task_is_shown_in_the_detail(timeline: Stage) -> None:
    step(timeline, "fit").focus()
    timeline.press("ArrowRight", "ArrowDown", "ArrowDown", "Enter")
    expect(timeline.find(".nbf-DetailName")).to_have_text("fit[1]")
    step(timeline, "pick").click()
    expect(timeline.find(".nbf-DetailName")).to_have_text("pick")


def test_what_runs_grows(stage: Stage) -> None:
    stage.wind()
    stage.mount_movies("timeline", width=500)
    expect(stage.find(".nbf-TimelineRow")).to_have_count(8)
    before = step(stage, "fit").locator(".nbf-Time").inner_text()
    stage.wait(10)
    after = step(stage, "fit").locator(".nbf-Time").inner_text()
    assert float(after.removesuffix(" s")) - float(before.removesuffix(" s")) == pytest.approx(10, abs=1.1)


def test_an_earlier_run_is_drawn_when_it_is_shown(timeline: Stage) -> None:
    timeline.page.evaluate("async () => stage.model.show(await stage.archive.run(7))")
    expect(step(timeline, "figure")).to_be_visible()
    assert timeline.find(".nbf-TimelineRow").evaluate_all(NAMES)[0] == "load, done, 1.5 s"


def test_ten_thousand_tasks_are_a_few_rows_of_the_document(stage: Stage) -> None:
    run = states.run_line(7, "running", age=600, took=None)
    flow = states.state([states.step("fit", 1, mark="foreach seed in seeds", scope=["fit"])], [], run=run)
    tasks = {"7": {"run": run, "tasks": states.many_tasks(10_000)}}
    stage.mount({"flow": flow, "runs": {"runs": [run]}, "tasks": tasks}, "timeline")
    step(stage, "fit").locator(".nbf-Twisty").click()
    step(stage, "fit").focus()
    stage.press("End")
    expect(stage.find(".nbf-TimelineRow[aria-posinset='10001']")).to_be_focused()
    assert stage.find(".nbf-TimelineRow").count() < 80


def test_without_runs_it_says_what_to_do(stage: Stage) -> None:
    stage.mount({"flow": states.state(movies.movie_steps()), "runs": {"runs": []}}, "timeline")
    expect(stage.find(".nbf-Timeline .nbf-Empty")).to_contain_text("Run the flow to see here when each task ran.")
