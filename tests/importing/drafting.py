"""The cells that become of a script, without a notebook."""

from __future__ import annotations

import textwrap
from pathlib import Path

from nbflow.importing.cells.drafting import draft_notebook
from nbflow.importing.cells.drafts import CellDraft
from nbflow.importing.reading.source import read_source

HEAD = "from metaflow import FlowSpec, IncludeFile, JSONType, Parameter, card, catch, current, environment, resources\n"
HEAD += "from metaflow import retry, secrets, step, timeout\n"


def drafts(folder: Path, body: str, above: str = "") -> list[CellDraft]:
    inside = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
    path = folder / "flow.py"
    path.write_text(f"{HEAD}{textwrap.dedent(above)}\nclass F(FlowSpec):\n{inside}\n")
    return draft_notebook(read_source(path), folder)


def cells(folder: Path, body: str, above: str = "") -> list[str]:
    """The code cells but for the first, which loads the extension."""
    found = [draft.source for draft in drafts(folder, body, above) if not draft.markdown]
    assert found[0] == "%load_ext nbflow"
    return found[1:]


def body_of(folder: Path, lines: str, above: str = "") -> str:
    """What becomes of these lines of a step, below a step that has set x and y."""
    inside = textwrap.indent(textwrap.dedent(lines).strip("\n"), "    ")
    step = f"""@step
def start(self):
    self.x, self.y = 1, 2
    self.next(self.work)
@step
def work(self):
{inside}
    self.next(self.end)
@step
def end(self):
    print(self.x)
"""
    found = next(one for one in cells(folder, step, above) if one.startswith("%%step work"))
    return found.partition("\n")[2]
