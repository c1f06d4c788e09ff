"""Nothing that a notebook or its results say runs in the page, and all of it is shown as the text that it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page

from tests.browser.cells import LOAD
from tests.browser.lab import Lab
from tests.browser.window import CELLS, NOTEBOOK, Window
from tests.flows import notebook_of


def evil(where: str) -> str:
    """Return markup that says where it was when its script ran."""
    return f"<img src='data:,' onerror='top.__pwned=`{where}`;console.log(`PWNED`)'>"


SCRIPT = "<script>top.__pwned=`script`;console.log(`PWNED`)</script>"
ANSI = f"\x1b[31mred {evil('ANSI')}\x1b[0m \x1b]8;;javascript:top.__pwned=1\x07link\x1b]8;;\x07"
NAME = "\"><img src='data:,' onerror=top.__pwned=`file`>&lt;b>"
KINDS = f"""
import json
from nbflow import current
from nbflow.cards import Markdown, Table
from IPython.display import display

class Kind:
    def __init__(self, bundle):
        self.bundle = bundle
    def __repr__(self):
        return {evil("repr")!r}
    def _repr_mimebundle_(self, **options):
        return self.bundle

CHART = {{
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": {evil("title of a chart")!r},
    "data": {{"values": [{{"a": {evil("item of a chart")!r}, "b": 1, "u": "javascript:top.__pwned=`link`"}}]}},
    "mark": {{"type": "bar", "tooltip": True}},
    "encoding": {{"x": {{"field": "a"}}, "y": {{"field": "b"}}, "href": {{"field": "u"}}}},
}}
LINK = "javascript:top.__pwned=`link`"
BUNDLES = [
    {{"text/html": {SCRIPT + evil("HTML")!r} + f"<a href='{{LINK}}'>link</a><b>bold</b>"}},
    {{"text/html": "<iframe srcdoc=" + {SCRIPT!r} + "></iframe><form action=/><button>b</button></form>"}},
    {{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='top.__pwned=`SVG`'>" + {SCRIPT!r} + "</svg>"}},
    {{"text/markdown": f"[link]({{LINK}}) **bold** " + {evil("Markdown")!r}}},
    {{"text/latex": r"$\\href{{javascript:top.__pwned=1}}{{x}}$" + {evil("LaTeX")!r}}},
    {{"application/javascript": "top.__pwned=`JavaScript`;console.log(`PWNED`)"}},
    {{"application/json": {{"a": {evil("JSON")!r}}}}},
    {{"application/vnd.vegalite.v5+json": CHART}},
    {{"text/plain": {evil("text")!r}}},
]
"""
FLOW = [
    LOAD,
    KINDS,
    f"%%parameters\nword: str = {evil('parameter')!r}  # {evil('help')}\n",
    f"%%step shown\nfor bundle in BUNDLES:\n    display(Kind({{'text/plain': 'as text', **bundle}}))\nprint({ANSI!r})\n"
    f"current.card.append(Markdown({evil('card')!r}))\ncurrent.card.append(Table([[{evil('cell')!r}]]))\n"
    "thing = Kind({})\n"
    f"import pandas\ntable = pandas.DataFrame({{{evil('column')!r}: [{evil('row')!r}]}})",
    f"%%step fit --foreach item in [{evil('item')!r}, word]\nscore = {{item: 1}}",
    "%%step join --join fit\nbest = [one.score for one in inputs]",
    f"%%step bad\nsome = best\nraise type({evil('type')!r}, (Exception,), {{}})({evil('message') + ANSI!r})",
    "%flow show",
]
AREA = """() => [...document.querySelectorAll('%s .jp-OutputArea-output')].map(one => [
    one.dataset.mimeType, one.querySelector('canvas, svg') ? 'a drawing' : one.innerHTML])"""


TRUSTED = f"""async data => {{
  const {{ rendermime }} = {NOTEBOOK}.content, [mime] = Object.keys(data), shown = rendermime.createRenderer(mime);
  document.body.append(shown.node);
  await shown.renderModel(rendermime.createModel({{ data, trusted: true }}));
  shown.node.remove();
  shown.dispose();
}}"""


@pytest.fixture
def opened(lab: Lab, folder: Path, window: Window) -> Window:
    """The notebook after a run in a shell, its outputs saved in an untrusted cell too."""
    path = folder / f"{NAME}.ipynb"
    path.write_text(notebook_of(FLOW))
    for words in (("run", path), ("tag", path, "1", evil("tag"))):
        command = [sys.executable, "-m", "nbflow", *map(str, words)]
        subprocess.run(command, env=lab._environment(), check=False, capture_output=True)
    book = json.loads(path.read_text())
    place = quote(path.relative_to(lab.root).as_posix())
    book["cells"][3]["outputs"] = lab.ask(f"nbflow/task?path={place}&run=1&task=1")["outputs"]
    path.write_text(json.dumps(book))
    window.page.on("console", lambda message: _collect(window, message.text))
    if window.has_lab():
        window.open_here(lab, path)
    else:
        window.open(lab.page(path))
    return window


def _collect(window: Window, text: str) -> None:
    if "PWNED" in text:
        window.complaints.append(text)


def refuse_pwned(window: Window, after: str) -> None:
    assert window.page.evaluate("() => window.__pwned ?? null") is None, after
    assert window.complaints == [], after


def show_says(place: Locator, *wheres: str) -> None:
    """Wait until the texts are shown, character by character."""
    for where in wheres:
        place.get_by_text(evil(where)).first.wait_for(state="attached")


def read_area(page: Page, place: str) -> Any:
    return page.evaluate(AREA % place)


def test_a_hostile_notebook_runs_nothing_in_the_page(opened: Window, lab: Lab, folder: Path) -> None:
    window, page, panel = opened, opened.page, opened.open_panel()
    panel.wait_for_steps(shown="done", join="done", bad="failed")
    panel.step("shown").click()
    panel.root.locator(".nbf-Outputs [data-mime-type]").nth(9).wait_for(state="attached")
    show_says(panel.root, "column", "text", "cell")
    window.wait(f"{CELLS}[3].outputArea.widgets.length > 9")
    assert read_area(page, "#nbflow-panel .nbf-Outputs") == read_area(page, ".jp-NotebookPanel .jp-Cell:nth-child(4)")
    refuse_pwned(window, "the outputs of a task")
    panel.step("bad").click()
    show_says(panel.root.locator(".nbf-Failure"), "type", "message")
    panel.step("fit").click()
    panel.root.locator(".nbf-Task", has_text=evil("item")).click()
    show_says(panel.root, "item")
    for view in ("graph", "timeline", "runs"):
        panel.open_view(view).locator("[data-step], [data-run]").first.hover()
        window.screenshot(f"hostile_{view}")
    show_says(panel.root, "tag")
    panel.open_view("steps")
    panel.action("parameters").click()
    show_says(panel.root.locator(".nbf-Form"), "help")
    field = panel.root.locator(".nbf-Form").get_by_label("word")
    assert evil("parameter") in (field.input_value(), field.get_attribute("placeholder"))
    refuse_pwned(window, "the panel")
    window.edit_cell(5, f"%%step {evil('name')}\nbest = 1")
    show_says(panel.root, "name")
    refuse_pwned(window, "what is wrong with the flow")
    window.page.evaluate(TRUSTED, {"text/html": evil("HTML")})
    window.wait("window.__pwned === 'HTML'")  # so Jupyter itself runs it in a trusted notebook
    window.page.evaluate("() => { delete window.__pwned; }")
    window.complaints.clear()


def test_the_widget_of_a_hostile_notebook_runs_nothing(opened: Window) -> None:
    opened.run_cell(0)
    opened.run_cell(7)
    opened.page.locator(".jp-OutputArea .nbf-Widget .nbf-Box[data-step=fit]").hover()
    refuse_pwned(opened, "the widget")


def test_a_report_of_a_hostile_notebook_runs_nothing(opened: Window, lab: Lab, folder: Path) -> None:
    page = opened.page.context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{lab.url}/nbflow/report?path={quote(f'{folder.name}/{NAME}.ipynb')}&run=1&token={lab.token}")
    for where in ("item", "message", "tag", "parameter"):
        page.get_by_text(evil(where)).first.wait_for(state="attached")
    assert page.evaluate("() => window.__pwned ?? null") is None
    assert not any("PWNED" in one for one in said)
    page.close()
