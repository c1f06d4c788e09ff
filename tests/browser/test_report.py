"""The page of a run in a browser: it asks for nothing, runs nothing, and everybody can read it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_appearance import violations
from tests.browser.window import Window
from tests.exploring import some
from tests.flows import notebook_of

HOSTILE = (
    "<style>:host, b { position: fixed !important; inset: 0 } b { color: red }</style><b>bold</b>"
    "<script>top.taken = 1</script><img src='http://127.0.0.1:9/x.png' onerror='top.taken = 1'>"
)
CELLS = [
    "import numpy as np, pandas as pd\nimport matplotlib.pyplot as plt\n"
    "from IPython.display import HTML, Markdown, display",
    "%%parameters\nrows: int = 20  # to draw",
    "%%step load\nframe = pd.DataFrame({'x': np.arange(rows), 'y': np.arange(rows) ** 2})\nframe.head()",
    "%%step picture\nfig, ax = plt.subplots(figsize=(4, 2))\nax.plot(frame.x, frame.y)\nplt.show()",
    "%%step fit --foreach degree in range(1, 40)\nmse = 1 / degree\nprint('degree', degree)",
    "%%step best --join fit\nbest_mse = min(inputs.mse)\nprint('\\x1b[31mred\\x1b[0m')",
    f"%%step text\ndisplay(Markdown('## Notes\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |'))\ndisplay(HTML({HOSTILE!r}))",
    "%%step bad --after best\nframe['nothing']",
    "%%step never --after bad\nz = 1",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the second of two runs that failed."""
    folder = tmp_path_factory.mktemp("report")
    for text in ("mse = 1 / degree", "mse = 2 / degree"):
        cells = [cell.replace("mse = 1 / degree", text) for cell in CELLS]
        (folder / "films.ipynb").write_text(notebook_of(cells))
        subprocess.run([sys.executable, "-m", "nbflow", "run", "films.ipynb", "--rows", "9"], cwd=folder, check=False)
    subprocess.run([sys.executable, "-m", "nbflow", "report", "films.ipynb"], cwd=folder, check=True)
    return folder / "films-2.html"


def opened(browser: Browser, report: Path, **settings: object) -> Window:
    context = browser.new_context(bypass_csp=True, **{"viewport": {"width": 1400, "height": 900}, **settings})
    window = Window(context.new_page())
    window.page.goto(report.as_uri())
    return window


@pytest.mark.parametrize(("scheme", "width"), some([("dark", 1400), ("light", 1400), ("light", 400)]))
def test_axe_finds_nothing_serious_in_a_report(browser: Browser, report: Path, scheme: str, width: int) -> None:
    window = opened(browser, report, color_scheme=scheme, viewport={"width": width, "height": 900})
    window.page.evaluate("() => { for (const one of document.querySelectorAll('details')) one.open = true; }")
    assert violations(window, "body") == []
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    assert window.complaints == []
    window.page.context.close()


def asked(page: Page, report: Path) -> list[str]:
    """The addresses that the page asks for besides its own."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    return [one for one in found if not one.startswith("data:") and one != report.as_uri()]


def test_a_report_asks_for_nothing_and_runs_nothing(browser: Browser, report: Path) -> None:
    page = browser.new_context(bypass_csp=True).new_page()
    assert asked(page, report) == []
    assert page.evaluate("() => window.taken ?? null") is None
    assert page.locator("script").count() == 0
    box, bold = (page.locator(one).bounding_box() for one in ("#step-text .rich >> nth=-1", "#step-text b"))
    assert box is not None
    assert bold is not None
    assert box["y"] <= bold["y"] <= bold["y"] + bold["height"] <= box["y"] + box["height"] + 1  # it stays in its place
    page.context.close()


def test_boxes_and_failures_lead_to_their_steps(browser: Browser, report: Path) -> None:
    window = opened(browser, report)
    page = window.page
    page.locator("#failures a", has_text="bad").click()
    page.locator("#step-bad:target").wait_for()
    page.locator("#flow a.box", has_text="picture").click()
    page.locator("#step-picture:target img.figure").wait_for()
    assert page.locator("#step-bad .traceback").is_visible()
    fold = page.locator("#step-fit details", has_text="39 tasks").first
    assert fold.locator("table").is_hidden()
    fold.locator("summary").click()
    assert fold.locator("tr").count() == 40
    page.context.close()
