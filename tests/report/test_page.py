"""A run as one page."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from nbflow.history.report.step_sections import MOST_ROWS
from tests.cli.conftest import shell as shell
from tests.cli.shell import Shell
from tests.cli.test_executed import read, text_of
from tests.jupyter.conftest import live as live
from tests.jupyter.live import Live


def page_of(live: Live, tmp_path: Path, line: str = "report") -> str:
    live.use(f"{line} -o {tmp_path / 'page.html'}")
    return (tmp_path / "page.html").read_text("utf-8")


def text_in(html: str) -> str:
    """Return what a reader sees of a piece of HTML, with single spaces."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", html).split()))


def section(page: str, name: str) -> str:
    """Return the text of a section of the page."""
    return text_in(page.partition(f'<section id="{name}"')[2].partition("</section>")[0].partition(">")[2])


def test_a_report_shows_what_every_task_did_and_refers_to_nothing_outside(live: Live, tmp_path: Path) -> None:
    live.run("%%parameters\ntop_k: int = 3  # how many")
    live.run("%%step one\nprint('<loud>')\nx = top_k\nx")
    live.run("%%step each --foreach i in range(3)\ny = i")
    with pytest.raises(ZeroDivisionError):
        live.run("%%step bad\nz = 1 / 0")
    page = page_of(live, tmp_path)
    assert "<title>&lt;console&gt; · run 1</title>" in page
    assert section(page, "parameters") == "Parameters Name Value Default Meaning top_k 3 the same how many"
    assert section(page, "results") == "Results 1 scalar artifact Name Step Value x one 3"
    assert "<loud> 3" in section(page, "step-one")
    assert re.search(r"Memory [\d.]+ [MG]B at most CPU ", text_in(page))
    assert re.search(r"[\d.]+ [MG]B at most", section(page, "step-each"))
    assert re.search(r"each\[2\] 2 2 done [\d.]+ s", section(page, "step-each"))
    assert "line 2, in <module>" in section(page, "step-bad")
    assert re.fullmatch(r"Failures bad ZeroDivisionError: division by zero .*line 2", section(page, "failures"))
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_the_code_of_a_step_has_the_colours_of_its_language(live: Live, tmp_path: Path) -> None:
    live.run("%%step top --lang sql\nSELECT 'it' AS a -- it's a comment")
    page = page_of(live, tmp_path)
    assert re.search(r'%%step top --lang sql\n<span class="k">SELECT</span>', page)
    assert re.search(r'<span class="c1">-- it(\'|&#39;)s a comment</span>', page)


def test_every_link_leads_to_a_place_in_the_page(live: Live, tmp_path: Path) -> None:
    live.run("%%step größe\nx = 1")
    live.run("%%step two\ny = x")
    page = page_of(live, tmp_path)
    places = set(re.findall(r' id="([^"]+)"', page))
    targets = {unquote(one) for one in re.findall(r'href="#([^"]+)"', page)}
    assert {"step-größe", "step-two", "flow"} <= targets <= places


def report(shell: Shell, path: str, *words: str) -> str:
    page = shell.folder / "page.html"
    assert shell("report", path, *words, "-o", str(page)).code == 0
    return page.read_text("utf-8")


def test_a_report_compares_with_the_run_before(shell: Shell) -> None:
    parameters = "%%parameters\ntop: int = 3"
    step = "%%step one\nimport numpy as np\nmae = 1 / top\nlabel = f'top {top}'\nvalues = np.arange(top)"
    path = shell.write("films", parameters, step)
    shell("run", path)
    shell("run", path, "--top", "4")
    shell.write("films", parameters, step.replace("1 / top", "2 / top"))
    shell("run", path, "--top", "5")
    page = report(shell, path)
    results = section(page, "results").partition("Change ")[2]
    assert results == "label one top 4 top 5 changed mae one 0.25 0.4 worse"
    changes = section(page, "changes")
    assert "Parameters Name Run 2 Run 3 top 4 5 " in changes
    assert " -mae = 1 / top +mae = 2 / top " in changes
    assert changes.endswith("Other artifacts (1) Name Run 2 Run 3 one.values ndarray 4 ndarray 5")
    assert section(page, "parameters").endswith("top 5 3")
    assert "Changes since" not in report(shell, path, "1")
    shell("run", path, "--top", "5")
    assert section(report(shell, path), "changes") == "Changes since run 3 Nothing differs from run 3."


def test_only_pictures_that_differ_stand_side_by_side(shell: Shell) -> None:
    path = shell.write(
        "shades", SHOWS, "%%parameters\nshade: int = 0",
        "%%step one\nx = shade\ndisplay(Picture('same'))\ndisplay(Picture(f'shade {shade}'))",
        "%%step two\ny = 1\ndisplay(Picture('same'))",
    )  # fmt: skip
    shell("run", path)
    shell("run", path, "--shade", "1")
    changes = report(shell, path).partition('<section id="changes"')[2].partition("</section>")[0]
    assert [b64decode(one).decode() for one in re.findall(r'base64,([^"]+)', changes)] == ["shade 0", "shade 1"]
    assert re.findall(r'alt="([^"]+)"', changes) == ["one, run 1", "one, run 2"]


SHOWS = """
from base64 import b64encode
from IPython.display import display
class Picture:
    def __init__(self, text):
        self.text = text
    def _repr_png_(self):
        return self.text.encode()
"""


def test_a_wide_foreach_stays_a_small_page(shell: Shell) -> None:
    body = "%%step each --foreach i in range(1200) --allow-failures 1\nsquare = i * i\n"
    path = shell.write("wide", f"{body}if i == 1100:\n    raise ValueError('no')\nprint(i)")
    assert shell("run", path).code == 0
    page = report(shell, path)
    each = page.partition('id="step-each"')[2]
    assert "<summary>1,200 tasks</summary>" in each
    assert each.count("<tr>") == 1 + MOST_ROWS
    assert '<th scope="row">each[1100]</th>' in each
    assert "and 200 more tasks" in each
    assert "<details open>" not in each
    assert len(page) < 400_000


def test_a_notebook_of_a_session_has_each_step_as_it_ran_last(live: Live, tmp_path: Path) -> None:
    live.run("%%step one\nprint('first')\nx = 1")
    live.run("%%step two\nprint('second')\ny = x")
    live.run("%%step one\nprint('edited')\nx = 1")
    live.use(f"report -o {tmp_path / 'page.ipynb'}")
    cells = read(tmp_path / "page.ipynb").cells
    assert [(cell.source.splitlines()[1], text_of(cell.outputs)) for cell in cells] == [
        ("print('edited')", "edited\n"),
        ("print('second')", "second\n"),
    ]


def test_a_run_in_a_kernel_keeps_its_notebook_too(live: Live, tmp_path: Path) -> None:
    live.run("%%parameters\ntop: int = 3")
    live.run("%%step one\nprint('loud')\nx = top")
    live.use(f"run --top 4 --output {tmp_path}/top-{{top}}.ipynb")
    assert f"the executed notebook is {tmp_path / 'top-4.ipynb'}" in "".join(live.screen.said)
    parameters, step = read(tmp_path / "top-4.ipynb").cells
    assert (text_of(parameters.outputs), text_of(step.outputs)) == ("top = 4\n", "loud\n")
