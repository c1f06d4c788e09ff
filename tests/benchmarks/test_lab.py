"""How quick the panel is inside JupyterLab. `pytest tests/benchmarks/test_lab.py --benchmark-only -s`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.browser.cells import GATED, LINEAR, LOAD, open_gate
from tests.browser.conftest import OpenNotebook
from tests.browser.window import CELLS, KERNEL, Window

UNTIL = """async ([begin, selector, number]) => {
    const frame = () => new Promise(requestAnimationFrame);
    const began = performance.now();
    begin === 'activate' ? window.jupyterapp.shell.activateById('nbflow-panel') : document.querySelector(begin).click();
    while (document.querySelectorAll(selector).length < number) await frame();
    await frame();
    return performance.now() - began;
}"""
"""Milliseconds from an action to the frame after so many elements are there."""
UNTIL_PLACED = f"""async () => {{
    const frame = () => new Promise(requestAnimationFrame);
    const kernel = {KERNEL};
    const isStep = model => model.sharedModel.getSource().startsWith('%%step');
    const steps = Array.from({CELLS}, cell => cell.model).filter(isStep);
    steps.forEach(one => one.outputs.clear());
    let ended = 0;
    const hear = (_, {{ content }}) => (ended ||= content.data?.run?.finished ? performance.now() : 0);
    kernel.iopubMessage.connect(hear);
    document.querySelector('#nbflow-panel [data-action=run]').click();
    while (!ended || !steps.every(one => one.outputs.length)) await frame();
    await frame();
    kernel.iopubMessage.disconnect(hear);
    return performance.now() - ended;
}}"""
"""Milliseconds from the message of the end of a run to the frame after the outputs of all steps are in their cells."""
THOUSAND = [
    LOAD, "%%step s0\nx0 = 0",
    *(f"%%step s{n}\nx{n} = x{n - 1 if n % 10 == 0 else n // 10 * 10} + {n}" for n in range(1, 1000)),
]  # fmt: skip


def milliseconds(window: Window, begin: str, selector: str, number: int = 1) -> float:
    return round(float(window.page.evaluate(UNTIL, [begin, selector, number])), 1)


def tell(benchmark: Any, **facts: Any) -> None:
    benchmark.extra_info.update(facts)
    print(f"\n{benchmark.name}: {facts}")


def test_the_panel_is_visible_after_its_activation(benchmark: Any, notebook: OpenNotebook) -> None:
    window = notebook(LINEAR)
    first = milliseconds(window, "activate", "#nbflow-panel .nbf-Step", 3)
    again = []
    for _ in range(5):
        window.page.evaluate("() => window.jupyterapp.shell.collapseRight()")
        again.append(milliseconds(window, "activate", "#nbflow-panel:not(.lm-mod-hidden) .nbf-Step", 3))
    benchmark.pedantic(lambda: None)
    tell(benchmark, first_ms=first, again_ms=again)


def test_a_thousand_steps(benchmark: Any, notebook: OpenNotebook) -> None:
    window = notebook(THOUSAND)
    listed = milliseconds(window, "activate", "#nbflow-panel .nbf-Step")  # of which only those in sight are there
    drawn = milliseconds(window, "#nbflow-panel [role=tab][data-view=graph]", "#nbflow-panel .nbf-Box", 1000)
    benchmark.pedantic(lambda: None)
    tell(benchmark, listed_ms=listed, drawn_ms=drawn)


def test_the_outputs_of_a_hundred_cells(benchmark: Any, notebook: OpenNotebook) -> None:
    """The first run computes them one after another; in the others all are there at once, from the store."""
    steps = [f"%%step s{n}\nprint('step {n}')\nx{n} = HTML('<b>{n}</b>')\nx{n}" for n in range(100)]
    window = notebook([LOAD, "from IPython.display import HTML", *steps])
    window.open_panel().wait_for_step("s0", "missing")
    spent = [round(float(window.page.evaluate(UNTIL_PLACED))) for _ in range(4)]
    benchmark.pedantic(lambda: None)
    tell(benchmark, computed_ms=spent[0], stored_ms=spent[1:])


def test_live_again_after_a_reload(benchmark: Any, notebook: OpenNotebook, folder: Path) -> None:
    """Seconds from the moment at which the notebook is on the screen again."""
    window = notebook([LOAD, GATED, "%%step fit --foreach row in [1, 2]\nwait_for('go')\nscore = row"])
    window.open_panel().wait_for_step("fit", "missing")
    window.run_all()
    window.panel.wait_for_step("fit", "running")
    spent = []
    for _ in range(3):
        window.page.reload()
        window.wait_for_notebook()
        began = time.monotonic()
        window.open_panel().wait_for_step("fit", "running")
        spent.append(round(time.monotonic() - began, 2))
    open_gate(folder)
    window.panel.wait_for_step("fit", "done")
    benchmark.pedantic(lambda: None)
    tell(benchmark, seconds=spent)


FRAME = """%%step load
import numpy as np
import pandas as pd
n, rng = 2_000_000, np.random.default_rng(0)
words = pd.array([f'name {k}' for k in range(n)], dtype='str')
frame = pd.DataFrame({'film': np.arange(n), 'score': rng.normal(size=n), 'name': words,
                      'genre': pd.Categorical(rng.choice(['drama', 'comedy', 'war'], n)),
                      'seen': pd.date_range('2020-01-01', periods=n, freq='s')})
del words, rng
"""
UNTIL_SHOWN = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const line = document.querySelector('#nbflow-panel .nbf-Artifact[data-name=frame]');
    const began = performance.now();
    line.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
    while (!document.querySelector('.nbf-SheetBody .nbf-SheetCell[data-kind=number]')) await frame();
    await frame();
    return performance.now() - began;
}"""
"""Milliseconds from a double click to the frame after the first rows are there."""
UNTIL_SORTED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const began = performance.now();
    [...document.querySelectorAll('.nbf-SheetSort')].find(one => one.textContent.startsWith('score')).click();
    while (!document.querySelector('[aria-sort=ascending]')) await frame();
    while (document.querySelector('.nbf-SheetView[data-busy]')) await frame();
    await frame();
    return performance.now() - began;
}"""


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0])
def test_a_frame_of_two_million_rows(benchmark: Any, notebook: OpenNotebook, seconds: float) -> None:
    """A double click so long after the line of the frame is there, when the process starts that opens it."""
    window = notebook([LOAD, FRAME])
    panel = window.open_panel()
    panel.wait_for_step("load", "missing")
    panel.action("run").click()
    panel.wait_for_step("load", "done")
    panel.step("load").click()
    panel.root.locator(".nbf-Artifact[data-name=frame]").wait_for()
    time.sleep(seconds)
    first = round(float(window.page.evaluate(UNTIL_SHOWN)))
    sorted_ = round(float(window.page.evaluate(UNTIL_SORTED)))
    again = []
    for _ in range(3):
        window.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
        again.append(round(float(window.page.evaluate(UNTIL_SHOWN))))
    benchmark.pedantic(lambda: None)
    tell(benchmark, seconds=seconds, first_ms=first, again_ms=again, sorted_ms=sorted_)


FIVE_THOUSAND = [
    LOAD,
    "%%step grid\nitems = [dict(depth=n % 30, rate=n / 100, kind='ab'[n % 2]) for n in range(5000)]",
    "%%step fit --foreach cfg in items\nr2 = 1 / (1 + cfg['rate'])\nmae = cfg['rate'] * cfg['depth']\n"
    "size, width, name = cfg['depth'] ** 2, 7, cfg['kind'] * 3",
]
ROWS = "#nbflow-panel .nbf-Task"


def test_the_table_of_five_thousand_tasks(benchmark: Any, notebook: OpenNotebook) -> None:
    """From a click on the foreach to the frame after its rows, and from a click on a heading to the sorted ones."""
    window = notebook(FIVE_THOUSAND)
    panel = window.open_panel()
    panel.wait_for_step("fit", "missing")
    panel.action("run").click()
    panel.wait_for_step("fit", "done")
    opened = []
    for _ in range(4):
        opened.append(milliseconds(window, "#nbflow-panel .nbf-Step[data-step=fit]", ROWS, 5))
        panel.step("grid").click()
        panel.root.locator(".nbf-Task").first.wait_for(state="detached", timeout=9000)
    milliseconds(window, "#nbflow-panel .nbf-Step[data-step=fit]", ROWS, 5)
    heading = "#nbflow-panel .nbf-TaskList [data-column={}]"
    by = ("r2", "mae", "depth", "rate")
    spent = [
        milliseconds(window, heading.format(name), f"[aria-sort]:not([aria-sort=none]) [data-column={name}]")
        for name in by
    ]
    benchmark.pedantic(lambda: None)
    tell(benchmark, opened_ms=opened, sorted_ms=spent)
