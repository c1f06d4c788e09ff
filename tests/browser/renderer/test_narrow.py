"""Forty steps in a narrow panel: names stay useful, and what one presses is in sight."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage

WIDTHS = [250, 350]  # the narrowest sidebar, and half of a screen of 700 pixels at 200 %
LEAST = 12
"""The least characters of a name that must be seen, whatever its length."""
FIT = "fit_gradient_boosted_trees_per_region"


def forty() -> list[Any]:
    """A chain of ten, a foreach of three steps that is joined, and twenty steps side by side."""
    names = ["load_raw_measurements", *(f"clean_measurements_stage_{n}" for n in range(10))]
    steps = [states.step(names[0], 1)]
    steps += [states.step(name, at, {names[at - 2]: [f"x{at}"]}) for at, name in enumerate(names[1:], 2)]
    body = [FIT, "score_model_of_region", "plot_scores_of_region"]
    for above, name in zip([names[-1], *body], body, strict=False):
        steps.append(states.step(name, len(steps) + 1, {above: ["model"]}, scope=[FIT]))
    steps.append(states.step("collect_scores", len(steps) + 1, {body[-1]: ["score"]}))
    for at in range(12):
        steps.append(states.step(f"compare_with_baseline_{at}", len(steps) + 1, {names[0]: ["raw"]}))
    for at in range(12):
        reads = {f"compare_with_baseline_{at}": ["base"], "collect_scores": ["scores"]}
        steps.append(states.step(f"summarise_part_{at}", len(steps) + 1, reads))
    last = {f"summarise_part_{at}": ["part"] for at in range(12)}
    return [*steps, states.step("write_report_for_the_board", len(steps) + 1, last)]


def lines() -> list[Any]:
    found = [states.line(one["name"], "done", done=1, seconds=83.0) for one in forty()]
    found[11] = states.line(FIT, "failed", total=40, done=37, failed=3, seconds=83.0)
    found[12] = states.line("score_model_of_region", "stale", total=40, done=37, seconds=12.0)
    return found


def mount(stage: Stage, width: int, view: str = "steps") -> None:
    run = states.run_line(7)
    when = {"started": states.NOW - 7000, "finished": states.NOW - 6999, "seconds": 1.0}
    tasks = [states.task_line(7, at, one["name"], **when) for at, one in enumerate(forty(), 1)]
    facts = {"flow": states.state(forty(), lines(), run=run), "runs": {"runs": []}}
    facts["tasks"] = {"7": {"run": run, "tasks": tasks}}
    stage.mount(facts, view, width=width, height=800)


def characters_seen(stage: Stage, selector: str) -> dict[str, int]:
    """How many characters of each name fit into its place."""
    count = """nodes => Object.fromEntries(nodes.map(node => {
      const right = node.getBoundingClientRect().right + 0.5;
      const range = document.createRange();
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      let seen = 0;
      while (walker.nextNode()) {
        const text = walker.currentNode;
        const end = Math.min(right, text.parentElement.getBoundingClientRect().right + 0.5);
        for (let at = 0; at < text.length; at++) {
          range.setStart(text, at);
          range.setEnd(text, at + 1);
          if (range.getBoundingClientRect().right <= end) seen++;
        }
      }
      return [node.textContent, seen];
    }))"""
    return dict(stage.find(selector).evaluate_all(count))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("view", "name"), [("steps", ".nbf-StepName"), ("timeline", "[aria-level='1'] .nbf-TaskItem")])
def test_names_are_read_and_the_whole_is_in_the_tooltip(stage: Stage, width: int, view: str, name: str) -> None:
    mount(stage, width, view)
    stage.find(name).first.wait_for()
    seen = characters_seen(stage, name)
    assert {one: count for one, count in seen.items() if count < min(LEAST, len(one))} == {}
    rows = stage.find(f"[data-step]:has({name})")
    assert all(rows.evaluate_all("rows => rows.map(row => row.title.startsWith(row.dataset.step))"))


@pytest.mark.parametrize("width", WIDTHS)
def test_names_that_begin_alike_differ_in_what_is_seen(stage: Stage, width: int) -> None:
    mount(stage, width)
    tails = stage.find(".nbf-StepName .nbf-TaskItem > :last-child")
    whole = "nodes => nodes.every(node => node.scrollWidth <= node.clientWidth + 1)"
    assert tails.evaluate_all(whole)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_buttons_of_a_long_name_are_in_sight(stage: Stage, width: int) -> None:
    mount(stage, width)
    stage.step(FIT).click()
    title = stage.find(".nbf-DetailName")
    expect(title).to_have_text(FIT)
    assert title.evaluate("node => node.scrollWidth <= node.clientWidth && node.scrollHeight <= node.clientHeight")
    for action in ("jump", "close-detail", "run", "restore"):
        box = stage.find(f"[data-action={action}]:visible").first.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width, action


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_panel(stage: Stage, width: int) -> None:
    for view in ("steps", "graph", "timeline", "runs"):
        mount(stage, width, view)
        wide = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.className)"
        assert stage.find(".nbf-Panel, .nbf-TabBar, .nbf-Toolbar, .nbf-TabPanel").evaluate_all(wide) == []
        assert stage.violations() == []


def boxes(stage: Stage) -> dict[str, str]:
    """The text in each box of the graph."""
    named = "node => [node.dataset.step, node.querySelector('.nbf-BoxName').textContent]"
    return dict(stage.find(".nbf-Box").evaluate_all(f"nodes => nodes.map({named})"))


FOLDED = {
    "load_raw_measurements": "load_raw_measurements",
    "clean_measurements_stage_0": "clean_measure…stage_0",
    "clean_measurements_stage_1": "clean_measurement… ×8",
    "clean_measurements_stage_9": "clean_measure…stage_9",
    FIT: "fit_gradient_boos… ×3",
    "collect_scores": "collect_scores",
    "compare_with_baseline_0": "compare_with_bas… ×12",
    "summarise_part_0": "summarise_part_… ×12",
    "write_report_for_the_board": "write_report_…e_board",
}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_large_graph_is_folded_until_it_fits_and_is_readable(stage: Stage, width: int) -> None:
    mount(stage, width, "graph")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))
    found = boxes(stage)
    assert (
        found == FOLDED if width > 300 else [found[FIT], found["collect_scores"]] == ["fit_gradi… ×3", "colle…_scores"]
    )
    assert stage.find(f".nbf-Box[data-step={FIT}]").get_attribute("data-status") == "failed"
    size = stage.find(".nbf-BoxName").first.evaluate("node => node.getBoundingClientRect().height")
    assert size >= 10  # pixels: what is drawn smaller cannot be read
    for name in FOLDED:
        box = stage.box(name).bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width, name


def test_a_folded_box_opens_and_all_can_be_shown(stage: Stage) -> None:
    mount(stage, 600, "graph")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))
    name = "compare_with_baseline_0 to compare_with_baseline_11, 12 steps, done"
    stage.page.get_by_role("button", name=name, exact=True).press("Enter")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED) + 22)  # what reads them differs now, too
    stage.act("fold")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))
    stage.act("fold")
    expect(stage.find(".nbf-Box")).to_have_count(len(forty()))
    stage.act("fold")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))


def test_a_step_that_is_folded_lights_its_box(stage: Stage) -> None:
    mount(stage, 600, "graph")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))
    stage.page.evaluate("() => stage.model.select({ step: 'compare_with_baseline_7', task: null })")
    expect(stage.box("compare_with_baseline_0")).to_have_attribute("aria-pressed", "true")


def test_an_overview_shows_what_is_seen_and_moves_it(stage: Stage) -> None:
    mount(stage, 700, "graph")
    expect(stage.find(".nbf-Box")).to_have_count(len(FOLDED))
    overview = stage.find(".nbf-Minimap")
    assert not overview.is_visible()
    stage.act("fold")
    expect(stage.find(".nbf-Box")).to_have_count(len(forty()))
    overview.wait_for()
    before = stage.find(".nbf-MinimapSeen").get_attribute("x")
    overview.click(position={"x": 150, "y": 20})
    assert stage.find(".nbf-MinimapSeen").get_attribute("x") != before
    stage.page.evaluate("() => stage.model.select({ step: 'summarise_part_3', task: null })")
    stage.act("target")
    box, canvas = stage.box("summarise_part_3").bounding_box(), stage.find(".nbf-Canvas").bounding_box()
    assert box is not None
    assert canvas is not None
    middle = [box["x"] + box["width"] / 2, canvas["x"] + canvas["width"] / 2]
    assert abs(middle[0] - middle[1]) < 3
    assert stage.violations() == []


def test_names_that_begin_and_end_alike_show_where_they_differ(stage: Stage) -> None:
    steps = [states.step(f"compute_feature_{at}_of_customers_by_region", at) for at in range(1, 13)]
    stage.mount({"flow": states.state(steps), "runs": {"runs": []}}, width=250)
    whole = """names => names.map(name => [...name.querySelectorAll('.nbf-TaskItem > span')]
      .filter(span => span.scrollWidth <= span.clientWidth).map(span => span.textContent))"""
    seen = stage.find(".nbf-StepName").evaluate_all(whole)
    assert seen == [[str(at)] for at in range(1, 13)]
    names = [f"spread_of_the_month_{at}_of_all_shops" for at in (1, 2)]
    shape = states.state([states.step(name, at) for at, name in enumerate(names, 1)])
    stage.mount({"flow": shape, "runs": {"runs": []}}, "graph", width=250)
    stage.box(names[0]).wait_for()
    assert [*boxes(stage).values()] == ["…1_of_all_sh…", "…2_of_all_sh…"]
