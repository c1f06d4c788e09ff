"""The graph: laid out once, walked along its edges, moved and made larger."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage


def drawn(stage: Stage, width: int = 700, height: int = 600) -> None:
    stage.mount_movies("graph", width=width, height=height)
    expect(stage.find(".nbf-Box")).to_have_count(10)


def test_every_step_is_a_button_in_it(stage: Stage) -> None:
    drawn(stage)
    box = stage.page.get_by_role("button", name="fit, running, 4 of 9, 1 failed", exact=True)
    expect(box).to_have_attribute("data-status", "running")
    edges = stage.find(".nbf-Edge").first.get_attribute("d") or ""
    assert edges.count("M") == 13


def test_arrows_go_along_the_edges_and_enter_selects(stage: Stage) -> None:
    drawn(stage)
    stage.box("load").focus()
    stage.press("ArrowDown")
    assert stage.focused == "clean, reused"
    stage.press("ArrowDown", "ArrowUp", "Enter")
    expect(stage.box("clean")).to_have_attribute("aria-pressed", "true")
    assert stage.calls == [["jump", "cell-clean"]]


def test_arrows_across_the_edges_go_to_the_neighbour_of_the_same_rank(stage: Stage) -> None:
    drawn(stage)
    stage.box("pick").focus()
    stage.press("ArrowRight")
    assert stage.focused == "bonus, done"
    stage.press("ArrowLeft")
    assert stage.focused == "pick, done"


def test_a_change_of_status_changes_attributes_and_nothing_is_laid_out_again(stage: Stage) -> None:
    story = stage.mount_movies("graph", width=700, height=600)
    expect(stage.find(".nbf-Box")).to_have_count(10)
    stage.page.evaluate(
        "() => document.querySelectorAll('.nbf-Box').forEach(box => (box.before = box.getAttribute('transform')))"
    )
    lines = [states.line(one["step"], "failed", failed=1) for one in story["snapshot"]["lines"]]
    stage.hear({**story["snapshot"], "lines": lines, "shape": None})
    expect(stage.find(".nbf-Box[data-status=failed]")).to_have_count(9)
    kept = "boxes => boxes.every(box => box.before !== undefined && box.before === box.getAttribute('transform'))"
    assert stage.find(".nbf-Box").evaluate_all(kept)


def test_the_steps_of_one_foreach_are_framed_and_a_foreach_alone_is_a_pile(stage: Stage) -> None:
    steps = [
        states.step("grid", 1),
        states.step("fit", 2, {"grid": ["grid"]}, mark="foreach cfg in grid", scope=["fit"]),
        states.step("score", 3, {"fit": ["model"]}, scope=["fit"]),
        states.step("best", 4, {"score": ["score"]}, mark="join fit"),
        states.step("other", 5, {"grid": ["grid"]}, mark="foreach x in grid", scope=["other"]),
    ]
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}}, "graph", width=600)
    expect(stage.find(".nbf-Scope")).to_have_count(1)
    frame = stage.find(".nbf-Scope").bounding_box()
    assert frame
    for name, inside in {"grid": False, "fit": True, "score": True, "best": False, "other": False}.items():
        box = stage.box(name).locator(".nbf-BoxBody").bounding_box()
        assert box
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert inside == (
            frame["x"] < middle[0] < frame["x"] + frame["width"]
            and frame["y"] < middle[1] < frame["y"] + frame["height"]
        )
    assert stage.find(".nbf-BoxBehind").count() == 2


def scale(stage: Stage) -> float:
    found = re.search(r"scale\((.*)\)", stage.find(".nbf-Drawing > g").get_attribute("transform") or "")
    assert found
    return float(found[1])


def test_it_is_made_larger_smaller_and_fitted(stage: Stage) -> None:
    drawn(stage)
    before = scale(stage)
    stage.button("Zoom in").click()
    assert scale(stage) > before
    stage.button("Zoom out").click()
    stage.button("Zoom out").click()
    assert scale(stage) < before
    stage.button("Fit the graph").click()
    assert scale(stage) == before


def test_it_is_moved_with_the_pointer_and_the_wheel(stage: Stage) -> None:
    drawn(stage)
    canvas = stage.find(".nbf-Canvas").bounding_box()
    box = stage.box("load").bounding_box()
    assert canvas
    assert box
    stage.page.mouse.move(canvas["x"] + 20, canvas["y"] + 20)
    stage.page.mouse.down()
    stage.page.mouse.move(canvas["x"] + 60, canvas["y"] + 50)
    stage.page.mouse.up()
    stage.page.mouse.wheel(0, 30)
    expect(stage.find(".nbf-Canvas[data-dragging]")).to_have_count(0)
    moved = stage.box("load").bounding_box()
    assert moved
    assert (round(moved["x"] - box["x"]), round(moved["y"] - box["y"])) == (40, 0)


def test_in_a_sidebar_it_stays_readable_hints_at_the_rest_and_the_fit_button_shows_all(stage: Stage) -> None:
    drawn(stage, width=280)
    assert scale(stage) >= 0.72
    canvas = stage.find(".nbf-Canvas")
    expect(canvas).to_have_attribute("data-more", "right")
    stage.button("Fit the graph").click()
    assert scale(stage) < 0.72
    expect(canvas).not_to_have_attribute("data-more", re.compile(""))


def test_a_wide_place_makes_it_go_from_left_to_right(stage: Stage) -> None:
    drawn(stage, width=1200, height=500)
    load, clean = stage.box("load").bounding_box(), stage.box("clean").bounding_box()
    assert load
    assert clean
    assert clean["x"] > load["x"] + load["width"]
    stage.box("load").focus()
    stage.press("ArrowRight")
    assert stage.focused == "clean, reused"


def test_the_selected_step_is_moved_into_sight(stage: Stage) -> None:
    steps = states.wide_steps(200)
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}}, "graph", width=400)
    expect(stage.find(".nbf-Box")).to_have_count(200)
    expect(stage.box("step_199")).not_to_be_in_viewport()
    stage.page.evaluate("() => stage.model.select({ step: 'step_199', task: null })")
    expect(stage.box("step_199")).to_be_in_viewport()


def test_a_thousand_changes_are_drawn_what_is_seen_first(stage: Stage) -> None:
    steps = states.wide_steps(1000)
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}}, "graph", width=400)
    expect(stage.find(".nbf-Box")).to_have_count(1000)
    lines = [states.line(one["name"], "done", done=1, run=8) for one in steps]
    running = states.snapshot(states.run_line(8, "running", age=1, took=None), lines)
    first = """snapshot => {
        stage.model.receive(snapshot);
        return [...document.querySelectorAll('.nbf-Box[data-status=done]')].map(box => box.dataset.step);
    }"""
    drawn_at_once = stage.page.evaluate(first, running)
    assert len(drawn_at_once) < 1000
    assert "step_0" in drawn_at_once
    expect(stage.find(".nbf-Box[data-status=done]")).to_have_count(1000)


def test_long_names_that_begin_and_end_alike_look_different(stage: Stage) -> None:
    ends = ("monthly_revenue_by_region", "monthly_profits_by_region", "weekly_revenue_by_region")
    names = [f"compute_the_{end}_after_cleaning" for end in ends]
    names += [f"compute_the_{middle * 20}_after_cleaning" for middle in "ab"]
    steps = [states.step(name, number) for number, name in enumerate(names, 1)]
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}}, "graph", width=600)
    expect(stage.find(".nbf-Box")).to_have_count(len(names))
    shown = stage.find(".nbf-BoxName").all_text_contents()
    assert len({*shown}) == len(names), shown
