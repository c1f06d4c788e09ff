"""The toolbar, the form, what is told above the views, and that everything is reached."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from nbflow.jupyter.protocol.messages import PROTOCOL
from tests.browser.renderer import movies, states
from tests.browser.renderer.stage import Stage
from tests.exploring import some

NAMES = "nodes => nodes.map(node => node.getAttribute('aria-label') ?? node.textContent)"
FIELDS = [
    states.field("alpha", "float", "0.1"),
    states.field("epochs", "int | None", "10", value="20", help="how often"),
    states.field("fast", "bool", "True"),
    states.field("kind", "Literal['a', 'b']", "a", choices=["a", "b"]),
    states.field("day", "date", "2026-01-01"),
    states.field("when", "datetime", "2026-01-01 12:00:00"),
    states.field("sizes", "list[int]", "[]"),
    states.field("out", "Path", "out"),
    states.field("data", "File", required=True),
    states.field("title", "Optional[str]", "None"),
]
PROBLEM = {
    "message": "step 'train' reads 'mvies', but no cell defines 'mvies'",
    "fix": "did you mean 'movies'?",
    "where": "cell 17, line 2",
    "cell": "cell-split",
    "line": 2,
    "step": "split",
    "warning": False,
}


def open_movies(stage: Stage, **facts: Any) -> None:
    flow = states.state(movies.movie_steps(), **facts)
    stage.mount({"flow": flow, "runs": {"runs": []}}, height=900)


def test_the_flow_is_run_and_stopped(stage: Stage) -> None:
    open_movies(stage)
    expect(stage.button("Stop the run")).to_be_disabled()
    stage.button("Run").click()
    stage.hear(states.snapshot(states.run_line(1, "running", age=3, took=None, done=4, failed=1), []))
    expect(stage.find(".nbf-Progress")).to_contain_text("4/18, 1 ✗ · ")
    stage.button("Stop the run").click()
    assert stage.calls == [["run", {}, {}], ["cancel"]]


def test_the_menu_runs_parts_of_the_flow_and_is_walked_by_keyboard(stage: Stage) -> None:
    open_movies(stage)
    stage.page.evaluate("() => stage.model.select({ step: 'clean', task: null })")
    stage.button("What to run").focus()
    stage.press("ArrowDown")
    assert stage.page.get_by_role("menuitem").evaluate_all(NAMES) == [
        "Run all",
        "Run all afresh",
        "Run to clean",
        "Run from clean",
        "Run only clean",
        "Resume the last run",
        "Export as a script…",
        "Undo the last restore",
    ]
    stage.press("ArrowDown", "ArrowDown", "Enter")
    expect(stage.page.get_by_role("menu")).to_be_hidden()
    stage.press("ArrowDown", "End", "Enter")
    stage.press("ArrowDown", "Escape")
    expect(stage.page.get_by_role("menu")).to_be_hidden()
    assert stage.calls == [["run", {"to": "clean"}, {}], ["undo"]]
    assert stage.focused == "What to run"


def test_a_view_is_opened_as_a_tab(stage: Stage) -> None:
    open_movies(stage)
    stage.page.get_by_role("tab", name="Graph").click()
    stage.button("Open as a tab").click()
    assert stage.calls == [["openAsTab", "graph"]]


def test_tabs_are_walked_with_arrows_and_tell_which_is_chosen(stage: Stage) -> None:
    open_movies(stage)
    stage.page.evaluate("() => stage.panel.viewChanged.connect((_, view) => (window.view = view))")
    stage.page.get_by_role("tab", name="Steps").focus()
    stage.press("ArrowRight", "ArrowRight")
    expect(stage.page.get_by_role("tab", name="Timeline")).to_have_attribute("aria-selected", "true")
    expect(stage.page.get_by_role("tabpanel", name="Timeline")).to_be_visible()
    assert stage.page.evaluate("() => [view, stage.panel.view]") == ["timeline", "timeline"]


def test_the_form_has_a_fitting_field_for_every_type(stage: Stage) -> None:
    open_movies(stage, parameters=FIELDS)
    stage.button("Parameters").click()
    kinds = stage.find(".nbf-Input").evaluate_all(
        "inputs => inputs.map(input => `${input.name} ${input.localName} ${input.type}`)"
    )
    assert kinds == [
        "alpha input number",
        "epochs input number",
        "fast select select-one",
        "kind select select-one",
        "day input date",
        "when input datetime-local",
        "sizes textarea textarea",
        "out input text",
        "data input text",
        "title input text",
    ]
    assert stage.find(".nbf-Field[data-name=epochs] .nbf-Help").inner_text() == "how often"
    assert stage.find(".nbf-Field[data-name=data] .nbf-Required").inner_text() == "required"
    assert stage.find("[name=fast] option").evaluate_all(NAMES) == ["default: True", "True", "False"]


def test_what_is_left_empty_is_not_told_and_the_rest_as_it_was_typed(stage: Stage) -> None:
    open_movies(stage, parameters=FIELDS)
    stage.button("Parameters").click()
    for name, text in {"alpha": "1e-3", "sizes": "[1, 2]", "data": "films.csv", "day": "2026-11-24"}.items():
        stage.find(".nbf-Form").get_by_label(name).fill(text)
    stage.find(".nbf-Form").get_by_label("kind").select_option("b")
    stage.act("run-with")
    expect(stage.button("Parameters")).to_be_focused()
    assert stage.calls == [
        [
            "run",
            {},
            {"alpha": "1e-3", "epochs": "20", "kind": "b", "day": "2026-11-24", "sizes": "[1, 2]", "data": "films.csv"},
        ]
    ]


def test_what_is_required_must_be_there_before_anything_runs(stage: Stage) -> None:
    open_movies(stage, parameters=FIELDS)
    stage.button("Run").click()
    expect(stage.find("[name=data]")).to_be_focused()
    assert stage.calls == []
    stage.press("x")
    stage.button("Run").click()
    assert stage.calls == [["run", {}, {"epochs": "20", "data": "x"}]]
    expect(stage.find(".nbf-Form")).to_be_hidden()


def test_what_was_typed_survives_an_edit_of_the_notebook(stage: Stage) -> None:
    open_movies(stage, parameters=FIELDS)
    stage.button("Parameters").click()
    stage.find(".nbf-Form").get_by_label("out").fill("elsewhere")
    stage.read({"flow": states.state(movies.movie_steps(), parameters=[*FIELDS[3:], states.field("new", "str", "x")])})
    expect(stage.find(".nbf-Form").get_by_label("new")).to_be_visible()
    assert stage.find(".nbf-Form").get_by_label("out").input_value() == "elsewhere"
    stage.button("Defaults").click()
    assert stage.find(".nbf-Form").get_by_label("out").input_value() == ""
    stage.press("Escape")
    expect(stage.find(".nbf-Form")).to_be_hidden()


def test_problems_name_the_cell_and_the_fix_and_lead_there(stage: Stage) -> None:
    open_movies(stage, problems=[PROBLEM, {**PROBLEM, "cell": "cell-best", "line": 1, "warning": True}])
    expect(stage.find(".nbf-Problems summary")).to_have_text("Problems: 2")
    problem = stage.find(".nbf-Problem[data-cell=cell-split]")
    expect(problem).to_contain_text("did you mean 'movies'?")
    problem.click()
    assert stage.calls == [["jump", "cell-split", 2]]
    stage.read({"flow": states.state(movies.movie_steps())})
    expect(stage.find(".nbf-Problems")).to_be_hidden()


def test_warnings_alone_are_folded(stage: Stage) -> None:
    open_movies(stage, problems=[{**PROBLEM, "warning": True}])
    expect(stage.find(".nbf-Problems summary")).to_have_text("Warnings: 1")
    expect(stage.find(".nbf-Problem")).to_be_hidden()


@pytest.mark.parametrize(("foreign", "older"), [(PROTOCOL + 1, "this panel is older"), (0, "is older than this panel")])
def test_another_version_says_which_side_to_update(stage: Stage, foreign: int, older: str) -> None:
    open_movies(stage)
    stage.hear({**states.snapshot(states.run_line(1), []), "protocol": foreign})
    expect(stage.find(".nbf-OtherVersion")).to_contain_text(older)


def test_a_notebook_without_steps_says_how_to_make_one(stage: Stage) -> None:
    stage.mount({"flow": states.state([]), "runs": {"runs": []}})
    expect(stage.find(".nbf-EmptyHost")).to_contain_text("put this line on top of it")
    expect(stage.find(".nbf-EmptyHost code")).to_have_text("%%step NAME")
    stage.read(
        {
            "flow": states.state([states.step("load", 1)], protocol=PROTOCOL)
            | {"shape": states.shape([states.step("load", 1)], "v2")}
        }
    )
    expect(stage.step("load")).to_be_visible()
    expect(stage.find(".nbf-EmptyHost")).to_be_hidden()


def test_where_nothing_can_be_done_there_are_no_buttons_for_it(stage: Stage) -> None:
    stage.build()
    facts = movies.movie_story()["facts"]
    stage.page.evaluate(
        "async facts => { window.stage = nbf.mount({ facts, canAct: false }); await stage.refresh(); }", facts
    )
    stage.step("clean").click()
    expect(stage.find(".nbf-Artifact[data-name=movies]")).to_be_visible()
    assert stage.find("[data-action]").evaluate_all("buttons => buttons.map(button => button.dataset.action)") == [
        "close-form",
        "defaults",
        "compare",
        "close-detail",
    ] or stage.find("[data-action]:visible").evaluate_all(
        "buttons => buttons.map(button => button.dataset.action)"
    ) == ["close-detail"]


@pytest.mark.parametrize("theme", some(["dark-high-contrast", "light", "dark"], 3))
@pytest.mark.parametrize("view", ["steps", "graph", "timeline", "runs"])
def test_nothing_serious_is_in_the_way_of_anybody(stage: Stage, view: str, theme: str) -> None:
    stage.mount_movies(view, theme=theme, height=1000)
    stage.page.evaluate(
        "() => { stage.model.select({ step: 'fit', task: { run: 8, number: 13 } }); stage.panel.openForm(true); }"
    )
    expect(stage.find(".nbf-Frame").first).to_be_visible()
    assert stage.violations() == []


def test_nothing_serious_is_in_the_way_of_anybody_who_looks_at_an_earlier_run(stage: Stage) -> None:
    stage.mount_movies("runs")
    stage.page.evaluate("async () => stage.model.show(await stage.archive.run(7))")
    stage.page.get_by_label("Compare run 7").check()
    stage.page.get_by_label("Compare run 6").check()
    stage.button("Compare").click()
    expect(stage.find(".nbf-Diff")).to_be_visible()
    assert stage.violations() == []


def test_the_tab_key_reaches_every_part(stage: Stage) -> None:
    stage.mount_movies(height=1000)
    stage.step("clean").click()
    expect(stage.find(".nbf-Artifact[data-name=movies]")).to_be_visible()
    stage.button("Run").focus()
    reached = []
    for _ in range(24):
        reached.append(stage.focused)
        stage.press("Tab")
    for name in (
        "Run",
        "What to run",
        "Stop the run",
        "Parameters",
        "Open as a tab",
        "Steps",
        "clean, reused",
        "Height of the detail",
        "Restore",
        "Run to here",
        "Run from here",
    ):
        assert name in reached


def test_the_focus_goes_on_from_what_was_closed(stage: Stage) -> None:
    stage.mount_movies(height=1000)
    stage.step("clean").click()
    stage.find("[data-action=close-detail]").focus()
    stage.press("Enter")
    expect(stage.step("clean")).to_be_focused()
    stage.button("Parameters").click()
    stage.press("Escape")
    assert stage.focused == "Parameters"
    stage.page.evaluate("async () => stage.model.show(await stage.archive.run(7))")
    stage.button("Back to the notebook").focus()
    stage.press("Enter")
    expect(stage.step("clean")).to_be_focused()


def test_at_every_width_of_a_sidebar_nothing_is_cut_off_sideways(stage: Stage) -> None:
    for width in (250, 280, 320):
        stage.mount_movies(width=width, height=1000)
        stage.page.evaluate(
            "() => { stage.model.select({ step: 'fit', task: { run: 8, number: 13 } }); stage.panel.openForm(true); }"
        )
        expect(stage.find(".nbf-Frame").first).to_be_visible()
        wide = """() => [...document.querySelectorAll('.nbf-Panel :is(button, input, select, .nbf-Step > *)')]
            .filter(part => part.checkVisibility() && !part.closest('.nbf-Grid')) // a table scrolls sideways
            .filter(part => part.getBoundingClientRect().right > innerWidth + 0.5)
            .map(part => part.outerHTML)"""
        assert stage.page.evaluate(wide) == []


def test_a_panel_that_is_disposed_leaves_nothing_behind(stage: Stage) -> None:
    stage.mount_movies(height=900)
    for view in ("Graph", "Timeline", "Runs"):
        stage.page.get_by_role("tab", name=view).click()
    stage.step("fit").evaluate("row => row.click()")
    stage.page.evaluate("() => stage.panel.dispose()")
    assert stage.find("#host > *").count() == 0
    asked = len(stage.asked)
    stage.hear(
        states.snapshot(
            states.run_line(9, "running", age=1, took=None), [], states.shape([states.step("other", 1)], "v2")
        )
    )
    stage.page.evaluate(
        "() => { stage.model.select({ step: 'other', task: null }); return new Promise(done => setTimeout(done, 50)); }"
    )
    assert len(stage.asked) == asked
