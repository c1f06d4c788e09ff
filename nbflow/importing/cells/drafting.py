"""Writes a script as the cells of a notebook that means the same."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nbflow.importing.cells.around import without_file, write_around
from nbflow.importing.cells.cell_bodies import write_cell_body
from nbflow.importing.cells.drafts import CellDraft, StepDrafts
from nbflow.importing.cells.headers import write_header
from nbflow.importing.cells.meaning import keep_meaning
from nbflow.importing.design.deciding import design_notebook
from nbflow.importing.design.decisions import Design
from nbflow.importing.reading.source import Source
from nbflow.importing.refusals import CannotCarryOver, ObstacleFound


def draft_notebook(source: Source, folder: Path) -> list[CellDraft]:
    """Return the cells of a notebook in `folder`. Raises CannotCarryOver."""
    try:
        design = design_notebook(source)
        steps = _steps(design, folder)
        keep_meaning(design, steps)
    except ObstacleFound as error:
        raise CannotCarryOver(source.path, [error.obstacle]) from None
    return list(_documented(design, steps))


def _steps(design: Design, folder: Path) -> StepDrafts:
    bodies = without_file(design, {name: write_cell_body(design, name) for name in design.kept}, folder)
    headers = {name: write_header(design, name) for name in design.kept}
    lines = {name: step.method.place.line for name, step in design.steps.items()}
    return StepDrafts(write_around(design, bodies, folder), headers, bodies, lines)


def _documented(design: Design, steps: StepDrafts) -> Iterator[CellDraft]:
    """Yield the cells with docstrings as markdown above the cells they describe."""
    yield CellDraft(_title(design), markdown=True)
    yield from steps.around
    for draft in steps.drafts:
        doc = design.steps[draft.step].method.doc
        if doc:
            yield CellDraft(doc, markdown=True, line=draft.line)
        yield draft


def _title(design: Design) -> str:
    """Return the title: docstrings of the module, the class, and a start step that becomes no cell."""
    source, start = design.source, design.source.script.start or ""
    about = "" if start in design.kept else source.steps[start].doc
    texts = (f"# {source.flow.name}", ast.get_docstring(source.tree), ast.get_docstring(source.flow), about)
    return "\n\n".join(text.strip() for text in texts if text and text.strip())
