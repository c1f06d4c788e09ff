"""Copies bodies that were edited in an exported script back to the cells that they came from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from nbflow.errors import NbflowError
from nbflow.export.body_text import BodyText, read_bodies
from nbflow.export.file import write_script
from nbflow.export.hoisting import hoisted_from
from nbflow.export.marks import Mark, Marks, digest_code, mark_of, read_marks, write_marks
from nbflow.export.write_flow import export_flow
from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.languages.translation import as_cell
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.source.encoding import decode_source, without_coding
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.header import read_header
from nbflow.importing.exported import undisplayed
from nbflow.importing.reading.source import text_of_node
from nbflow.importing.refusals import NotAScript
from nbflow.notebook.jupytext_import import import_jupytext
from nbflow.notebook.read import is_notebook, read_cells


@dataclass(frozen=True, slots=True)
class Edit:
    """Describes a body that differs in the script, at `line`. `cell` is its cell with the body of the script."""

    step: str
    line: int
    cell: Cell
    body: str


class NotInSync(NbflowError):
    """Raised before anything is written if a body cannot go back to its cell."""

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(reasons))


def sync_script(script: Path, notebook: Path, *, dry_run: bool = False) -> list[Edit]:
    """Copy all edited bodies or none, and note in the script that script and notebook agree again.

    Return the edits. Raises NotAScript, NotANotebook, NotInSync and TargetUnwritable.
    """
    text = text_of_node(script)
    if is_notebook(script, text):
        raise NotAScript(script, "it is a notebook", "give the script first:  nbflow sync FLOW.py NOTEBOOK")
    cells = list(read_cells(notebook))
    marks = read_marks(text)
    if marks is None:
        fix = "export one with  nbflow export,  or import this one with  nbflow import"
        raise NotAScript(script, "nbflow has not exported it, so no line says from which cell it was made", fix)
    edits = _plan(_Both(script, notebook, marks, _bodies(script, text), cells))
    _refuse_errors(script, notebook, cells, edits)
    if edits and not dry_run:
        sources = {edit.cell.number: edit.cell.source for edit in edits}
        write_script(notebook, _rewritten(notebook, sources), force=True)
        write_script(script, _noted(text, marks, edits), force=True)
    return edits


def _bodies(script: Path, text: str) -> tuple[BodyText, ...]:
    try:
        return read_bodies(text)
    except (SyntaxError, ValueError) as error:
        where = f"line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else "it"
        raise NotAScript(script, f"{where} is not valid Python", "correct it first") from None


# planning


@dataclass(frozen=True)
class _Both:
    """Holds a script and the notebook as they are now."""

    script: Path
    notebook: Path
    marks: Marks
    bodies: Sequence[BodyText]
    cells: Sequence[Cell]

    @cached_property
    def exported(self) -> Mapping[int, str]:
        """Return the bodies of an export made now, by cell; the cells' own bodies if it cannot be made."""
        found = {cell.number: _body_of(cell) for cell in self.cells}
        try:
            text = export_flow(self.graph, self.marks.target, self.marks.all_artifacts).text
        except NbflowError:
            return found
        return found | {body.cell: body.text for body in read_bodies(text)}

    @cached_property
    def graph(self) -> Graph:
        return link(read_flow(list(self.cells), self.notebook.stem, self.notebook.name))

    def code(self, cell: Cell) -> str:
        """Return what a cell also defines for other steps, which a script has at its top."""
        step = next(step for step in self.graph.steps.values() if step.place.cell == cell.number)
        return hoisted_from(self.graph, step.name)

    def cell(self, mark: Mark) -> Cell | None:
        by_id = next((cell for cell in self.cells if mark.id and cell.id == mark.id), None)
        return by_id or next((cell for cell in self.cells if not mark.id and cell.number == mark.number), None)


def _plan(both: _Both) -> list[Edit]:
    """Return the edits. Raises NotInSync with every reason."""
    by_number = {mark.number: mark for mark in both.marks.cells}
    edits: list[Edit] = []
    reasons: list[str] = []
    for body in both.bodies:
        mark = by_number.get(body.cell)
        if mark is None or digest_code(body.text) == mark.body:
            continue
        cell = both.cell(mark)
        reason = _obstacle(both, body, mark, cell)
        if reason:
            reasons.append(reason)
        elif cell is not None and digest_code(both.exported[cell.number]) != digest_code(body.text):
            edits.append(Edit(body.method, body.line, _with_body(cell, body.text, mark, both), body.text))
    if reasons:
        raise NotInSync(reasons)
    return edits


def _obstacle(both: _Both, body: BodyText, mark: Mark, cell: Cell | None) -> str:
    where = f"{both.script}:{body.line}: step '{body.method}' was edited here"
    step = read_header(mark.header).name or body.method
    if cell is None or read_header(cell.source).name != step:
        now = f"cell '{mark.key}' of {both.notebook.name}, where it came from, does not exist any more"
        if cell is not None:
            now = f"cell {cell.number} of {both.notebook.name}, where it came from, is not step '{step}' any more"
        return f"{where}, and {now}. Copy the body by hand, and export again"
    if digest_code(both.exported[cell.number]) not in (mark.body, digest_code(body.text)):
        return (
            f"{where}, and in cell {cell.number} of {both.notebook.name} as well. "
            "Keep one of the two: bring the script's body into the cell by hand, or undo the edit in the script"
        )
    return ""


def _body_of(cell: Cell) -> str:
    return "\n".join(lines_of(cell.source)[read_header(cell.source).line :])


def _with_body(cell: Cell, body: str, mark: Mark, both: _Both) -> Cell:
    """Return the cell with a new body. A last value is displayed without a call; a transition stays the last line."""
    shows = undisplayed(both.exported[cell.number]) is not None and undisplayed(_body_of(cell)) is None
    code = (undisplayed(body) if shows else None) or body
    *above, line = lines_of(cell.source)[: read_header(cell.source).line]
    line, code = as_cell(line, code)
    return replace(cell, source="\n".join(part for part in (*above, line, both.code(cell), code, mark.next) if part))


def _refuse_errors(script: Path, notebook: Path, cells: Sequence[Cell], edits: Sequence[Edit]) -> None:
    """Raise NotInSync if a method does what no cell can do."""
    edited = {edit.cell.number: edit.cell for edit in edits}
    before, after = (
        {(one.rule, one.step, one.message): one for one in check_flow(link(flow)) if not one.warning}
        for flow in (
            read_flow(list(cells), notebook.stem, notebook.name),
            read_flow([edited.get(cell.number, cell) for cell in cells], notebook.stem, notebook.name),
        )
    )
    new = [str(problem) for key, problem in after.items() if key not in before]
    if new:
        raise NotInSync([f"with the bodies of {script.name} the notebook would be wrong:", *new])


# writing


def _rewritten(notebook: Path, sources: Mapping[int, str]) -> str:
    """Return the file with these cells changed, and no others."""
    if notebook.suffix == ".py":
        jupytext = import_jupytext()
        book = jupytext.reads(without_coding(decode_source(notebook.read_bytes())), {"extension": ".py"})
        for number, source in sources.items():
            book.cells[number - 1].source = source
        return str(jupytext.writes(book, {"extension": ".py"}))
    content: dict[str, Any] = json.loads(notebook.read_bytes())
    for number, source in sources.items():
        cell = content["cells"][number - 1]
        cell["source"] = source.splitlines(keepends=True) if isinstance(cell["source"], list) else source
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _noted(text: str, marks: Marks, edits: Sequence[Edit]) -> str:
    """Return the script with the present digests in its table."""
    by_number = {mark.number: mark for mark in marks.cells}
    changed = dict(by_number)
    for edit in edits:
        keys = (edit.cell.id, f"cell {edit.cell.number}")
        before = next(mark for mark in marks.cells if mark.key in keys)
        now = mark_of(edit.cell, edit.body)
        changed[before.number] = replace(before, cell=now.cell, body=now.body)
    table = write_marks(replace(marks, cells=tuple(changed.values())))
    start = text.rindex(lines_of(write_marks(replace(marks, cells=())))[0])
    return text[:start] + table + "\n"
