"""The list of steps: what it says, how it is walked, and that a change touches only what changed."""

from __future__ import annotations

from playwright.sync_api import expect

from nbflow.progress.status import StepStatus
from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage

NAMES = "nodes => nodes.map(node => node.getAttribute('aria-label'))"


def test_every_step_is_a_button_that_says_how_it_stands(stage: Stage) -> None:
    stage.mount_movies()
    assert stage.find(".nbf-Step").evaluate_all(NAMES) == [
        "load, reused",
        "clean, reused",
        "pick, done",
        "bonus, done",
        "grid, done",
        "split, done",
        "fit, running, 4 of 9, 1 failed",
        "best, waiting",
        "playlist, done",
        "figure, stale",
    ]


def test_a_foreach_is_one_row_with_its_count_and_a_bar_of_what_is_done_and_failed(stage: Stage) -> None:
    stage.mount_movies()
    row = stage.step("fit")
    assert row.locator(".nbf-Count").inner_text() == "4/9"
    assert row.locator(".nbf-FailedTasks").inner_text() == "1 failed"
    widths = row.locator(".nbf-CountBar > span").evaluate_all(
        "parts => parts.map(part => [part.dataset.part, Math.round(parseFloat(part.style.width))])"
    )
    assert dict(widths) == {"done": 44, "reused": 0, "skipped": 0, "running": 22, "failed": 11}
    assert not stage.step("load").locator(".nbf-CountBar").is_visible()


def test_no_two_statuses_are_drawn_alike(stage: Stage) -> None:
    steps = [states.step(status.value, number) for number, status in enumerate(StepStatus, 1)]
    stage.mount({"flow": states.state(steps, [states.line(one, one) for one in StepStatus]), "runs": {"runs": []}})
    shapes = stage.find(".nbf-Step .nbf-Icon").evaluate_all("icons => icons.map(icon => icon.innerHTML)")
    assert len(set(shapes)) == len(StepStatus)


def test_what_was_cancelled_has_a_colour_of_its_own(stage: Stage) -> None:
    steps = [states.step(status, number) for number, status in enumerate(("cancelled", "failed", "missing"), 1)]
    lines = [states.line(one["name"], one["name"]) for one in steps]
    stage.mount({"flow": states.state(steps, lines), "runs": {"runs": []}})
    colours = stage.find(".nbf-Step").evaluate_all("rows => rows.map(row => getComputedStyle(row.firstChild).color)")
    assert len(set(colours)) == 3


def test_a_failed_step_that_was_edited_since_is_marked_as_stale_besides(stage: Stage) -> None:
    reasons = ["its code changed", "fit failed · ValueError: no"]
    failed = {"failed": 1, "reasons": reasons}
    steps = [states.step("fit", 1), states.step("best", 2, {"fit": ["model"]})]
    flow = states.state(steps, [states.line("fit", "failed", outdated=True, **failed), states.line("best", "failed")])
    stage.mount({"flow": flow, "tasks": {"null": {"run": None, "tasks": []}}, "runs": {"runs": []}})
    assert stage.find(".nbf-Step").evaluate_all(NAMES) == ["fit, failed, stale", "best, failed"]
    assert stage.step("fit").get_attribute("title") == "\n".join(["fit", "failed, stale", *reasons])
    expect(stage.step("fit").locator(".nbf-mod-outdated")).to_be_visible()
    expect(stage.step("best").locator(".nbf-mod-outdated")).to_be_hidden()
    stage.find("[role=tab][data-view=graph]").click()
    expect(stage.box("fit").locator(".nbf-BoxSecond")).to_have_text("failed · stale")
    stage.box("fit").click()
    expect(stage.find(".nbf-Facts")).to_have_text("failed, stale")
    expect(stage.find(".nbf-Reasons li")).to_have_text(reasons)


def test_a_tooltip_says_why_a_step_is_stale(stage: Stage) -> None:
    stage.mount_movies()
    assert (
        stage.step("figure").get_attribute("title")
        == "figure\nstale because:\nthe code of figure changed\nmodel of best changed"
    )
    assert stage.step("fit").get_attribute("title") == (
        "fit · foreach cfg in grid\nrunning\n1 failed, 2 running, 4 done, 2 waiting\n"
        "ValueError in fit[3]: max_leaf_nodes must be in [2, inf)"
    )


def test_steps_inside_a_foreach_are_indented(stage: Stage) -> None:
    steps = [
        states.step("split", 1, mark="foreach part in parts", scope=["split"]),
        states.step("fit", 2, {"split": ["part"]}, mark="foreach cfg in grid", scope=["split", "fit"]),
        states.step("score", 3, {"fit": ["model"]}, scope=["split", "fit"]),
        states.step("best", 4, {"score": ["score"]}, mark="join fit", scope=["split"]),
    ]
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}})
    depths = stage.find(".nbf-Step").evaluate_all("rows => rows.map(row => row.style.getPropertyValue('--nbf-depth'))")
    assert depths == ["0", "1", "2", "1"]


def test_a_change_of_status_touches_the_rows_that_changed_and_no_other(stage: Stage) -> None:
    story = stage.mount_movies()
    watch = """() => {
        window.touched = new Set();
        const everything = { subtree: true, childList: true, attributes: true, characterData: true };
        new MutationObserver(records => records.forEach(record => {
            const element = record.target instanceof Element ? record.target : record.target.parentElement;
            touched.add(element.closest('.nbf-Step')?.dataset.step ?? element.className);
        })).observe(document.querySelector('.nbf-Steps'), everything);
    }"""
    stage.page.evaluate(watch)
    lines = [
        states.line("best", "running", running=1, run=8) if one["step"] == "best" else one
        for one in story["snapshot"]["lines"]
    ]
    stage.hear({**story["snapshot"], "lines": lines, "shape": None})
    expect(stage.step("best")).to_have_attribute("aria-label", "best, running")
    assert stage.page.evaluate("() => [...touched]") == ["best"]


def test_arrows_walk_the_steps_and_enter_shows_one_and_its_cell(stage: Stage) -> None:
    stage.mount_movies()
    stage.step("load").focus()
    stage.press("ArrowDown", "ArrowDown")
    assert stage.focused == "pick, done"
    stage.press("End")
    assert stage.focused == "figure, stale"
    stage.press("Home", "ArrowDown", "Enter")
    expect(stage.step("clean")).to_have_attribute("aria-current", "true")
    assert stage.calls == [["jump", "cell-clean"]]
    assert stage.find(".nbf-Step[tabindex='0']").evaluate_all(NAMES) == ["clean, reused"]


def test_the_lanes_of_the_selected_step_are_lit(stage: Stage) -> None:
    stage.mount_movies()
    stage.step("best").click()
    lit = stage.find(".nbf-lane.nbf-mod-lit path").evaluate_all(
        "lines => lines.map(line => [line.dataset.from, line.dataset.to])"
    )
    assert sorted(lit) == [["best", "figure"], ["fit", "best"]]


def test_durations_of_what_runs_go_on(stage: Stage) -> None:
    stage.wind()
    stage.mount_movies()
    before = stage.step("fit").locator(".nbf-Time").inner_text()
    stage.wait(5)
    after = stage.step("fit").locator(".nbf-Time").inner_text()
    assert int(after.removesuffix(" s")) - int(before.removesuffix(" s")) in (4, 5, 6)


def test_a_name_full_of_markup_stays_a_name(stage: Stage) -> None:
    name = '<img src=x onerror="window.harmed = true">'
    stage.mount({"flow": states.state([states.step(name, 1, mark="<b>x</b>")]), "runs": {"runs": []}})
    assert stage.find(".nbf-StepName").text_content() == name
    assert stage.find(".nbf-Steps img, .nbf-Steps b").count() == 0
