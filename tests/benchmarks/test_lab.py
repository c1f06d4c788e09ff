"""How quick the panel is inside JupyterLab. `pytest tests/benchmarks/test_lab.py --benchmark-only -s`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

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
