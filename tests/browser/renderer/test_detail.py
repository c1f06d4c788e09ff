"""The detail of a step or task: what is known of it, and what can be done with it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage

TEXTS = "nodes => nodes.map(node => node.textContent)"


@pytest.fixture
def detail(stage: Stage) -> Stage:
    stage.mount_movies(height=1400)
    return stage


def choose(stage: Stage, item: str) -> None:
    stage.page.get_by_role("row", name=item).click()


def one_task(stage: Stage, **facts: Any) -> None:
    """A flow of one step, of which one task was run."""
    run = states.run_line(3)
    task = states.task_line(3, 1, "load", seconds=2.0, started=1.0, finished=3.0)
    line = states.line("load", "done", done=1, seconds=2.0, run=3)
    flow = states.state([states.step("load", 1, writes=["raw"])], [line], run=run)
    tasks = {"3": {"run": run, "tasks": [task]}}
    stored = {"3": {"1": states.task_state(task, run, **facts)}}
    stage.mount({"flow": flow, "runs": {"runs": [run]}, "tasks": tasks, "task": stored}, height=900)
    stage.step("load").click()


def test_the_task_of_a_step_that_has_only_one_is_shown_with_it(detail: Stage) -> None:
    detail.step("clean").click()
    expect(detail.find(".nbf-DetailName")).to_have_text("clean")
    expect(detail.find(".nbf-Facts")).to_have_text("reused · 0.31 s · run 8, 31 s ago")
    expect(detail.find(".nbf-Outputs")).to_contain_text("3,201 films are left")
    assert detail.find(".nbf-Artifact[data-name=movies] > summary > span").evaluate_all(TEXTS) == [
        "movies",
        "DataFrame",
        "3,201 × 12",
        "2.3 MB",
    ]
    assert detail.find(".nbf-Artifact[data-name=raw] .nbf-Source").inner_text() == "from 8/load"
    assert detail.find(".nbf-About dt").evaluate_all(TEXTS) == [
        "Cell",
        "After",
        "Reads",
        "Writes",
        "Reused from",
        "Key",
    ]


def test_tasks_are_called_by_their_items_and_in_the_order_of_these(detail: Stage) -> None:
    detail.step("fit").click()
    names = detail.find(".nbf-Task").evaluate_all(
        "rows => rows.map(row => row.getAttribute('aria-label').replace(/, [\\d.]+ s$/, ''))"
    )
    assert names == [
        "learning_rate=0.03, max_leaf_nodes=4, done",
        "learning_rate=0.03, max_leaf_nodes=8, done",
        "learning_rate=0.03, max_leaf_nodes=16, done",
        "learning_rate=0.1, max_leaf_nodes=4, failed",
        "learning_rate=0.1, max_leaf_nodes=8, done",
        "learning_rate=0.1, max_leaf_nodes=16, running",
        "learning_rate=0.3, max_leaf_nodes=4, running",
        "learning_rate=0.3, max_leaf_nodes=8, waiting",
        "learning_rate=0.3, max_leaf_nodes=16, waiting",
    ]
    assert detail.find(".nbf-TasksTotal").inner_text() == "9 tasks, 1 failed"


def test_only_the_failed_tasks_can_be_looked_at(detail: Stage) -> None:
    detail.step("fit").click()
    detail.page.get_by_label("failed only").check()
    expect(detail.find(".nbf-Task")).to_have_count(1)
    detail.page.get_by_label("failed only").uncheck()
    expect(detail.find(".nbf-Task")).to_have_count(9)


def test_a_failed_task_shows_its_error_and_leads_to_the_line(detail: Stage) -> None:
    detail.step("fit").click()
    choose(detail, "learning_rate=0.1, max_leaf_nodes=4, failed")
    expect(detail.find(".nbf-DetailName")).to_have_text("fit[3]")
    expect(detail.find(".nbf-ErrorText")).to_have_text(
        "ValueError: max_leaf_nodes must be an Integral in the range [2, inf): got 1."
    )
    detail.find("button.nbf-Frame").click()
    assert detail.calls[-1] == ["jump", "cell-fit", 2]
    assert detail.find("div.nbf-Frame .nbf-Where").inner_text() == "sklearn/base.py, line 1365 in wrapper"
    detail.find(".nbf-Whole > summary").click()
    assert "\x1b" not in detail.find(".nbf-Whole pre").inner_text()
    detail.act("debug")
    assert detail.calls[-1] == ["debug", "fit[3]"]


def test_of_many_tasks_the_error_of_the_first_that_failed_is_shown_at_once(detail: Stage) -> None:
    detail.step("fit").click()
    failure = detail.find(".nbf-Failure")
    expect(failure.locator(".nbf-FailedOf")).to_have_text("1 of 9 failedlearning_rate=0.1, max_leaf_nodes=4")
    expect(failure.locator(".nbf-ErrorText")).to_contain_text("ValueError: max_leaf_nodes must be")
    expect(failure.locator(".nbf-Frame")).to_have_count(2)
    detail.act("jump-to-error")
    detail.act("debug")
    assert detail.calls[-2:] == [["jump", "cell-fit", 2], ["debug", "fit[3]"]]
    detail.act("first-failed")
    expect(detail.find(".nbf-DetailName")).to_have_text("fit[3]")
    expect(failure).to_have_count(1)
    expect(detail.find("[data-action=first-failed]")).to_have_count(0)


def test_an_error_is_told_once_and_what_has_changed_since_besides(stage: Stage) -> None:
    fail = {"type": "ValueError", "message": "no", "traceback": "", "frames": []}
    run = states.run_line(3)
    task = states.task_line(3, 1, "load", status="failed")
    reasons = ["its code changed", "load failed · ValueError: no"]
    line = states.line("load", "failed", failed=1, run=3, outdated=True, reasons=reasons)
    facts = {
        "flow": states.state([states.step("load", 1)], [line], run=run),
        "runs": {"runs": [run]},
        "tasks": {"3": {"run": run, "tasks": [task]}},
        "task": {"3": {"1": states.task_state(task, run, failure=fail)}},
    }
    stage.mount(facts, height=900)
    stage.step("load").click()
    expect(stage.find(".nbf-ErrorText")).to_have_text("ValueError: no")
    expect(stage.find(".nbf-Reasons li")).to_have_text(["its code changed"])


@pytest.mark.parametrize("name", ["fit", "report_of_the_whole_year_for_the_operators"])
def test_in_a_narrow_sidebar_all_buttons_are_in_sight_and_in_one_row(stage: Stage, name: str) -> None:
    line = states.line(name, "failed", failed=1, seconds=2.0, run=3, outdated=True, reasons=["its code changed"])
    flow = states.state([states.step(name, 1)], [line])
    stage.mount({"flow": flow, "runs": {"runs": []}, "tasks": {"null": {"run": None, "tasks": []}}}, width=250)
    stage.step(name).click()
    rights = stage.find(".nbf-DetailHead button, .nbf-Step > *").evaluate_all(
        "parts => parts.map(part => part.getBoundingClientRect().right)"
    )
    assert max(rights) <= 250
    tops = stage.find(".nbf-DetailButtons button").evaluate_all(
        "buttons => buttons.map(button => Math.round(button.getBoundingClientRect().top))"
    )
    assert len(set(tops)) == 1


def test_where_no_task_failed_no_error_is_asked_for(detail: Stage) -> None:
    detail.step("clean").click()
    expect(detail.find(".nbf-Outputs")).to_contain_text("films are left")
    expect(detail.find(".nbf-Failure")).to_have_count(0)


def test_a_finished_task_is_restored_by_the_address_of_its_run(detail: Stage) -> None:
    detail.step("fit").click()
    choose(detail, "learning_rate=0.03, max_leaf_nodes=16, done")
    expect(detail.find("[data-action=restore]")).to_be_enabled()
    detail.act("restore")
    detail.act("rerun")
    assert detail.calls[-2:] == [["restore", "8/fit[2]"], ["rerun", "fit[2]"]]
    expect(detail.find("[data-action=debug]")).to_be_hidden()


def test_what_failed_or_runs_cannot_be_restored(detail: Stage) -> None:
    detail.step("fit").click()
    expect(detail.find("[data-action=restore]")).to_have_text("Restore…")  # it asks which item
    choose(detail, "learning_rate=0.1, max_leaf_nodes=4, failed")
    expect(detail.find("[data-action=restore]")).to_be_disabled()


def test_a_stale_step_says_why_and_its_old_checkpoint_can_be_restored(detail: Stage) -> None:
    detail.step("figure").click()
    assert detail.find(".nbf-Reasons li").evaluate_all(TEXTS) == ["the code of figure changed", "model of best changed"]
    detail.act("restore")
    assert detail.calls[-1] == ["restore", "7/figure"]


def test_the_flow_is_run_to_here_and_from_here_with_what_is_in_the_form(detail: Stage) -> None:
    detail.step("split").click()
    detail.act("run-to")
    assert detail.calls == [["jump", "cell-split"]]
    expect(detail.find(".nbf-Form")).to_be_visible()
    detail.page.get_by_label("ratings").fill("mine.csv")
    detail.act("run-to")
    detail.act("run-from")
    values = {"top_k": "12", "ratings": "mine.csv"}
    assert detail.calls[1:] == [["run", {"to": "split"}, values], ["run", {"from": "split"}, values]]


def test_the_button_of_the_cell_jumps_to_it(detail: Stage) -> None:
    detail.page.evaluate("() => stage.model.select({ step: 'best', task: null })")
    detail.button("Jump to the cell").click()
    assert detail.calls == [["jump", "cell-best"]]


def test_a_name_above_leads_to_the_step_it_comes_from(detail: Stage) -> None:
    detail.step("best").click()
    detail.find("[data-upstream=fit]").click()
    expect(detail.step("fit")).to_have_attribute("aria-current", "true")


def test_the_log_of_a_running_task_grows_and_its_end_stays_in_sight(stage: Stage) -> None:
    stage.wind()
    story = stage.mount_movies(height=900)
    stage.page.evaluate("() => stage.model.select({ step: 'fit', task: { run: 8, number: 15 } })")
    expect(stage.find(".nbf-Outputs")).to_contain_text("iteration 29")
    stage.find(".nbf-Outputs").evaluate("pane => pane.scrollTo(0, pane.scrollHeight)")
    task = story["facts"]["task"]["8"]["15"]
    more = task["outputs"][0]["text"] + "".join(f"iteration {i}: loss\n" for i in range(30, 60))
    stage.page.evaluate("text => (stage.archive.facts.task[8][15].outputs[0].text = text)", more)
    stage.wait(3)
    expect(stage.find(".nbf-Outputs")).to_contain_text("iteration 59")
    rest = stage.find(".nbf-Outputs").evaluate("pane => pane.scrollHeight - pane.clientHeight - pane.scrollTop")
    assert rest <= 1


def test_a_preview_shows_the_head_of_a_table_a_picture_and_the_text_of_a_long_value(detail: Stage) -> None:
    detail.step("fit").click()
    choose(detail, "learning_rate=0.03, max_leaf_nodes=16, done")
    detail.find(".nbf-Artifact[data-name=model] > summary").click()
    expect(detail.find(".nbf-Artifact[data-name=model] pre")).to_contain_text("ColumnTransformer")
    detail.find(".nbf-Artifact[data-name=chart] > summary").click()
    assert (
        detail.page.get_by_role("img", name="Picture of chart").evaluate(
            "image => image.decode().then(() => image.naturalWidth)"
        )
        == 120
    )
    detail.find(".nbf-Artifact[data-name=train] > summary").click()
    rows = detail.find(".nbf-Artifact[data-name=train] tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    assert rows[:2] == [["", "title", "year", "rating", "gross"], ["0", "The Third Man", "1949", "8.1", "1,225,411"]]


def test_a_lost_value_says_why(detail: Stage) -> None:
    detail.step("fit").click()
    choose(detail, "learning_rate=0.03, max_leaf_nodes=16, done")
    lost = detail.find(".nbf-Artifact[data-name=connection]")
    expect(lost.locator(".nbf-Lost")).to_have_text("lost")
    lost.locator("summary").click()
    expect(lost.locator(".nbf-Reason")).to_have_text("an open database connection cannot be stored")


def test_what_was_unfolded_stays_so_when_the_task_is_read_again(stage: Stage) -> None:
    stage.wind()
    stage.mount_movies(height=900)
    stage.page.evaluate("() => stage.model.select({ step: 'fit', task: { run: 8, number: 15 } })")
    stage.find(".nbf-Artifact[data-name=train] > summary").click()
    stage.page.evaluate("() => (stage.archive.facts.task[8][15].inputs[1].size = 99)")
    stage.wait(3)
    expect(stage.find(".nbf-Artifact[data-name=train] .nbf-Size")).to_have_text("99 B")
    assert stage.find(".nbf-Artifact[data-name=train]").get_attribute("open") is not None


HARM = "window.harmed = true"
HEADS = [
    f"<table><tr><td><img src=x onerror='{HARM}'>a</td></tr></table>",
    f"<table onclick='{HARM}'><thead><tr><th style='background:url(javascript:{HARM})'>a</th></tr></thead></table>",
    f"<table><tr><td><script>{HARM}</script><iframe src='javascript:{HARM}'></iframe>a</td></tr></table>",
    f"<svg onload='{HARM}'></svg><table><tr><td><a href='javascript:{HARM}'>a</a></td></tr></table>",
    f"<style>* {{ display: none }}</style><table><tr><td><input autofocus onfocus='{HARM}'>a</td></tr></table>",
    f"<table><tr><td><form action='javascript:{HARM}'><button>a</button></form></td></tr></table>",
]


@pytest.mark.parametrize("head", HEADS)
def test_of_the_head_of_a_table_only_cells_and_their_text_are_kept(stage: Stage, head: str) -> None:
    one_task(stage, artifacts=[states.artifact("raw", "DataFrame", shape=[1, 1], head=head)])
    stage.find(".nbf-Artifact > summary").click()
    table = stage.find(".nbf-TableHead")
    expect(table).to_be_visible()
    left = table.evaluate(
        "table => [...table.querySelectorAll('*')].map(part => [part.localName, part.attributes.length])"
    )
    assert {name for name, _ in left} <= {"thead", "tbody", "tr", "th", "td"}
    assert all(attributes == 0 for _, attributes in left)
    assert stage.page.evaluate("() => window.harmed") is None


EVIL = f'"><img src=x onerror="{HARM}">'


def test_names_texts_pictures_logs_and_errors_cannot_bring_markup(stage: Stage) -> None:
    fail = {
        "type": EVIL,
        "message": EVIL,
        "traceback": EVIL,
        "frames": [{"where": EVIL, "function": EVIL, "source": EVIL, "cell": EVIL, "line": 1}],
    }
    value = states.artifact(EVIL, EVIL, EVIL * 2, image=EVIL, lost=[EVIL], columns=[[EVIL, EVIL]], source=EVIL)
    one_task(
        stage,
        artifacts=[value],
        failure=fail,
        outputs=[states.stream(EVIL)],
        source=EVIL,
        signer=EVIL,
        key=EVIL,
        why=[EVIL],
    )
    expect(stage.find(".nbf-ErrorText")).to_contain_text(EVIL)
    stage.find(".nbf-Artifact > summary").click()
    assert stage.find(".nbf-Panel img").count() == 0
    assert stage.page.evaluate("() => window.harmed") is None


def test_ten_thousand_tasks_are_a_few_rows_of_the_document(stage: Stage) -> None:
    run = states.run_line(7, "running", age=600, took=None)
    tasks = states.many_tasks(10_000)
    line = states.line("fit", "running", total=10_000, done=9_800, failed=112, running=88, run=7)
    flow = states.state([states.step("fit", 1, mark="foreach seed in seeds", scope=["fit"])], [line], run=run)
    stage.mount({"flow": flow, "runs": {"runs": [run]}, "tasks": {"7": {"run": run, "tasks": tasks}}}, height=900)
    stage.step("fit").click()
    expect(stage.find(".nbf-TasksTotal")).to_have_text("10,000 tasks, 112 failed")
    assert stage.find(".nbf-Task").count() < 40
    assert stage.find(".nbf-TaskList").get_attribute("aria-rowcount") == "10001"
    stage.find(".nbf-Task").first.focus()
    stage.press("End")
    expect(stage.find(".nbf-Task[aria-rowindex='10001']")).to_be_focused()
    assert stage.find(".nbf-Task").count() < 40
    stage.press("ArrowUp", "Home", "ArrowDown")
    expect(stage.find(".nbf-Task[aria-rowindex='3']")).to_be_focused()
    assert stage.find(".nbf-Task[tabindex='0']").count() == 1


def test_the_focus_stays_on_its_task_when_the_list_is_read_again(stage: Stage) -> None:
    stage.wind()
    story = stage.mount_movies(height=900)
    stage.step("fit").click()
    row = stage.find(".nbf-Task[data-task='12']")
    row.focus()
    tasks = story["facts"]["tasks"]["8"]["tasks"]
    tasks = [{**task, "status": "failed"} if task["number"] == 12 else task for task in tasks]
    stage.page.evaluate("tasks => (stage.archive.facts.tasks[8].tasks = tasks)", tasks)
    stage.wait(3)
    expect(row).to_have_attribute("data-status", "failed")
    expect(row).to_be_focused()
    assert row.get_attribute("aria-rowindex") == "4"


def test_items_are_told_apart_by_where_they_differ(detail: Stage) -> None:
    detail.step("fit").click()
    pieces = detail.find(".nbf-Task[data-task='10'] .nbf-TaskItem > span").evaluate_all(
        "parts => parts.map(part => [part.textContent, part.hasAttribute('data-common')])"
    )
    assert pieces == [["learning_rate=", True], ["0.03", False], [", max_leaf_nodes=", True], ["4", False]]


def test_what_cannot_be_read_is_said(stage: Stage) -> None:
    stage.mount_movies(height=900)
    stage.page.evaluate("() => delete stage.archive.facts.task[8][2]")
    stage.step("clean").click()
    expect(stage.find(".nbf-Detail [role=alert]")).to_have_text("This cannot be read: nothing is stored for task 8 2")


def test_it_is_closed_and_the_bar_above_it_moves_by_keyboard(detail: Stage) -> None:
    detail.step("clean").click()
    bar = detail.page.get_by_role("separator")
    before = detail.find(".nbf-Detail").bounding_box()
    bar.focus()
    detail.press("ArrowUp")
    after = detail.find(".nbf-Detail").bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"]
    assert bar.get_attribute("aria-valuenow") == "46"
    detail.act("close-detail")
    expect(detail.find(".nbf-Detail")).to_be_hidden()


def test_an_answer_that_comes_late_does_not_replace_what_was_chosen_since(stage: Stage) -> None:
    stage.mount_movies(height=900)
    slow = """() => {
        const { archive } = stage, ask = archive.grid.bind(archive);
        archive.grid = async (step, run) => {
            if (step === 'fit') await new Promise(go => (window.go = go));
            return ask(step, run);
        };
    }"""
    stage.page.evaluate(slow)
    stage.step("fit").click()
    stage.step("clean").click()
    expect(stage.find(".nbf-Outputs")).to_contain_text("films are left")
    stage.page.evaluate("() => new Promise(done => { go(); setTimeout(done, 20); })")
    expect(stage.find(".nbf-Tasks")).to_be_hidden()
    expect(stage.find(".nbf-DetailName")).to_have_text("clean")
