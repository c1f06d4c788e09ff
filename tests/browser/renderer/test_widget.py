"""The widget of other front ends, as it is shipped: one module and one style sheet."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from labextension import bundle
from tests.browser.renderer import movies, states
from tests.browser.renderer.stage import Stage

MODULE = bundle.HERE.parent / "nbflow/static/widget.js"
HOST = """async ([module, traits]) => {
    const { default: widget } = await import(module);
    window.listeners = new Map();
    window.saved = [];
    window.traits = traits;
    const model = {
        get: name => traits[name],
        set: (name, value) => { traits[name] = value; tell(name); },
        save_changes: () => saved.push(traits.selected),
        on: (event, listener) => listeners.set(event, [...(listeners.get(event) ?? []), listener]),
        off: (event, listener) => listeners.set(event, listeners.get(event).filter(other => other !== listener))
    };
    window.tell = name => listeners.get(`change:${name}`)?.forEach(listener => listener());
    window.put = (name, value) => { traits[name] = value; tell(name); };
    window.end = widget.render({ model, el: document.getElementById('host') });
}"""


def show(stage: Stage, **traits: Any) -> Page:
    stage.build(width=600, height=480)
    module = "data:text/javascript;base64," + base64.b64encode(MODULE.read_bytes()).decode()
    stage.page.evaluate(HOST, [module, traits])
    return stage.page


@pytest.fixture
def story() -> Any:
    return movies.movie_story()


@pytest.mark.parametrize(("steps", "height"), [(3, 170), (8, 336), (40, 420)])
def test_it_is_as_high_as_its_steps_need(stage: Stage, steps: int, height: int) -> None:
    show(stage, state=states.state(states.wide_steps(steps)), snapshot={}, selected="")
    expect(stage.find(".nbf-Box")).to_have_count(steps)
    assert stage.find("#host").evaluate("host => getComputedStyle(host).height") == f"{height}px"


def test_it_draws_the_flow_and_what_goes_on(stage: Stage, story: Any) -> None:
    page = show(stage, state=story["facts"]["flow"], snapshot={}, selected="")
    expect(stage.find(".nbf-Box")).to_have_count(10)
    page.evaluate("snapshot => put('snapshot', snapshot)", story["snapshot"])
    expect(stage.box("fit")).to_have_attribute("aria-label", "fit, running, 4 of 9, 1 failed")
    page.get_by_role("tab", name="Steps").click()
    expect(stage.step("best")).to_have_attribute("aria-label", "best, waiting")


def test_it_draws_from_broadcasts_alone(stage: Stage, story: Any) -> None:
    show(stage, state={}, snapshot=story["snapshot"], selected="")
    expect(stage.find(".nbf-Box")).to_have_count(10)


def test_what_is_selected_is_told_both_ways(stage: Stage, story: Any) -> None:
    page = show(stage, state=story["facts"]["flow"], snapshot={}, selected="pick")
    expect(stage.box("pick")).to_have_attribute("aria-pressed", "true")
    stage.box("load").click()
    assert page.evaluate("() => saved") == ["load"]
    page.evaluate("() => put('selected', 'clean')")
    expect(stage.box("clean")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("() => saved") == ["load"]


def test_an_empty_flow_and_another_version_are_told(stage: Stage) -> None:
    page = show(stage, state={}, snapshot={}, selected="")
    expect(stage.find(".nbf-EmptyTitle")).to_contain_text("No steps yet")
    page.evaluate("snapshot => put('snapshot', snapshot)", {**states.snapshot(states.run_line(1), []), "protocol": 99})
    expect(stage.find(".nbf-OtherVersion")).to_be_visible()


def test_it_is_taken_away_whole(stage: Stage, story: Any) -> None:
    page = show(stage, state=story["facts"]["flow"], snapshot=story["snapshot"], selected="")
    expect(stage.find(".nbf-Box")).to_have_count(10)
    page.evaluate("() => end()")
    assert stage.find("#host > *").count() == 0
    assert page.evaluate("() => [...listeners.values()].flat().length") == 0


def test_nothing_serious_is_in_the_way_of_anybody(stage: Stage, story: Any) -> None:
    show(stage, state=story["facts"]["flow"], snapshot=story["snapshot"], selected="fit")
    expect(stage.find(".nbf-Box")).to_have_count(10)
    assert stage.violations() == []
