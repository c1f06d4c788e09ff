"""How fast the panel is, measured in the page itself. `pytest tests/benchmarks/test_drawing.py --benchmark-only -s`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.renderer import states
from tests.browser.renderer.stage import Stage

Measure = Callable[[str, Any], float]

TWO_FRAMES = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));"
STATUSES = ["running", "done", "failed", "reused", "stale"]


def lines(steps: list[Any], turn: int) -> list[Any]:
    return [
        states.line(one["name"], STATUSES[(index + turn) % len(STATUSES)], done=1, run=8)
        for index, one in enumerate(steps)
    ]


def facts(steps: list[Any]) -> Any:
    return {"flow": states.state(steps, lines(steps, 0)), "runs": {"runs": []}}


@pytest.fixture
def measure(stage: Stage, benchmark: Any) -> Measure:
    """Milliseconds that some code takes in the page, three times; pytest-benchmark times it with the way there."""

    def run(code: str, given: Any) -> float:
        timed = f"async given => {{ const began = performance.now(); {code}; return performance.now() - began; }}"
        spent = []
        benchmark.pedantic(lambda: spent.append(stage.page.evaluate(timed, given)), rounds=3)
        benchmark.extra_info["ms in the page"] = [round(one, 1) for one in spent]
        print(f"\n{benchmark.name}: {', '.join(f'{one:.1f}' for one in spent)} ms")
        return min(spent)

    return run


MOUNT = """
    stage?.panel.dispose();
    window.stage = nbf.mount({ facts: given, view: '%s' });
    await stage.refresh();
    %s"""
DRAWN = "while (!document.querySelector('.nbf-Box')) await new Promise(done => setTimeout(done));"


@pytest.mark.parametrize("number", [10, 100, 1000])
def test_the_panel_is_visible_with_its_steps(stage: Stage, measure: Measure, number: int) -> None:
    stage.build()
    stage.page.evaluate("() => { window.stage = null; }")
    measure(MOUNT % ("steps", TWO_FRAMES), facts(states.wide_steps(number)))


@pytest.mark.parametrize("number", [10, 100, 1000])
def test_the_graph_is_drawn(stage: Stage, measure: Measure, number: int) -> None:
    stage.build(width=900)
    stage.page.evaluate("() => { window.stage = null; }")
    measure(MOUNT % ("graph", DRAWN + TWO_FRAMES), facts(states.wide_steps(number)))
    assert stage.find(".nbf-Box").count() == number


@pytest.mark.parametrize("view", ["steps", "graph"])
def test_a_thousand_statuses_change(stage: Stage, measure: Measure, view: str) -> None:
    steps = states.wide_steps(1000)
    stage.mount(facts(steps), view)
    stage.page.evaluate(f"async () => {{ {DRAWN if view == 'graph' else ''} }}")
    run = states.run_line(8, "running", age=1, took=None)
    stage.page.evaluate(
        "given => (window.turns = given)", [states.snapshot(run, lines(steps, turn)) for turn in range(1, 4)]
    )
    measure(
        "stage.model.receive(turns.shift() ?? given); document.body.offsetHeight", states.snapshot(run, lines(steps, 7))
    )


def test_ten_thousand_tasks_are_shown_and_scrolled(stage: Stage, measure: Measure) -> None:
    run = states.run_line(7, "running", age=600, took=None)
    flow = states.state(
        [states.step("fit", 1, scope=["fit"])], [states.line("fit", "running", total=10_000, run=7)], run=run
    )
    stage.mount(
        {"flow": flow, "runs": {"runs": [run]}, "tasks": {"7": {"run": run, "tasks": states.many_tasks(10_000)}}}
    )
    stage.step("fit").click()
    stage.find(".nbf-Task").first.wait_for()
    scroll = """
        const list = document.querySelector('.nbf-TaskList');
        for (let frame = 0; frame < 60; frame++) {
            list.scrollTop = frame * 4000 % 240000;
            await new Promise(requestAnimationFrame);
        }"""  # fmt: skip
    print(f"60 frames take 1000 ms at best: {measure(scroll, None):.0f}")


WIDE = ("max_depth", "rate", "leaves", "seed", "r2", "mae", "kind", "size")


@pytest.mark.parametrize("what", ["open", "sort"])
def test_a_table_of_five_thousand_tasks(stage: Stage, measure: Measure, what: str) -> None:
    """Without the server, whose part is in `test_panel_costs.py`."""
    run = states.run_line(7)
    flow = states.state(
        [states.step("fit", 1, scope=["fit"])], [states.line("fit", "done", total=5000, run=7)], run=run
    )
    columns = [
        {"name": name, "from_item": place < 4, "best": "highest" if name == "r2" else "unknown"}
        for place, name in enumerate(WIDE)
    ]
    cells = [[n % 7, n / 1000, n % 31, n, n * 7919 % 5000 / 5000, n / 3, f"tree {n % 3}", n] for n in range(5000)]
    tasks = {"7": {"run": run, "tasks": states.many_tasks(5000)}}
    given = {
        "flow": flow,
        "runs": {"runs": [run]},
        "tasks": tasks,
        "cells": {"fit": {"columns": columns, "cells": cells}},
    }
    stage.mount(given, width=900)
    rows = "while (document.querySelectorAll('.nbf-Task').length < 5) await new Promise(done => setTimeout(done));"
    select = f"stage.model.select({{ step: 'fit', task: null }}); {rows} document.body.offsetHeight;"
    if what == "open":
        measure(f"stage.model.select(null); {select}", None)
    else:
        stage.page.evaluate(f"async () => {{ {select} }}")
        measure("document.querySelector('[data-column=r2]').click(); document.body.offsetHeight;", None)


def test_memory_stays_flat_over_ten_thousand_updates(stage: Stage, benchmark: Any) -> None:
    """Kilobytes of the heap and elements of the document, after each of four times 2,500 snapshots."""
    story = stage.mount_movies()
    client = stage.page.context.new_cdp_session(stage.page)
    update = """given => {
        const { snapshot, turns } = given;
        for (let turn = 0; turn < turns; turn++) {
            const status = turn % 2 ? 'running' : 'done';
            const lines = snapshot.lines.map(line => ({ ...line, done: turn % 9, status }));
            stage.model.receive({ ...snapshot, lines, run: { ...snapshot.run, done: turn % 18 } });
        }
    }"""
    found = []

    def four_times() -> None:
        for _ in range(4):
            stage.page.evaluate(update, {"snapshot": story["snapshot"], "turns": 2500})
            client.send("HeapProfiler.collectGarbage")
            heap = client.send("Runtime.getHeapUsage")["usedSize"] / 1000
            counters = client.send("Memory.getDOMCounters")
            found.append((round(heap), counters["nodes"], counters["jsEventListeners"]))

    benchmark.pedantic(four_times, rounds=1)
    benchmark.extra_info["kB, nodes, listeners"] = found
    print(f"\nkB, nodes, listeners: {found}")
