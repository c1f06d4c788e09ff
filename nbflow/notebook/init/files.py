"""Makes a flow of a notebook file: reads it, plans it, and writes it completely or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.flow.source.encoding import encoding_of, without_coding
from nbflow.notebook.convert import header_form
from nbflow.notebook.init import book, percent
from nbflow.notebook.init.cell_edits import NewCell, new_cells
from nbflow.notebook.init.init_plan import InitPlan, plan_init
from nbflow.notebook.init.repairing import plan_repair
from nbflow.notebook.jupytext_import import import_jupytext
from nbflow.notebook.read import read_cells, segments, with_magic, with_markers
from nbflow.notebook.write import write_whole
from nbflow.run.program.star_names import look_beside
from nbflow.store.regular_file import read_regular


class NotMade(NbflowError):
    """Raised instead of writing a notebook; no file has changed."""

    def __init__(self, path: Path, why: str, fix: str) -> None:
        self.path, self.why, self.fix = path, why, fix
        super().__init__(f"{path} is not written: {why}; {fix}")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Holds the options of `init`.

    `form` is the form of headers, `parameters` makes parameters of literals that look like settings, and `shows_count`
    makes steps of cells that only show something.
    """

    form: str = "magic"
    parameters: bool = False
    shows_count: bool = False


def plan_notebook(path: Path, wishes: Wishes) -> InitPlan:
    """Return the plan for a notebook file. Raises NotANotebook."""
    cells = list(read_cells(path))
    look_beside(path)
    return plan_init(cells, path.name, parameters=wishes.parameters, shows_count=wishes.shows_count)


def repair_notebook(path: Path) -> InitPlan:
    """Make steps of the cells that must be steps, in place. Raises NotANotebook, NotMade and TargetUnwritable."""
    cells = list(read_cells(path))
    look_beside(path)
    plan = plan_repair(cells, path.name)
    write_flow(path, plan, Wishes(header_form(cells)), None)
    return plan


def write_flow(path: Path, plan: InitPlan, wishes: Wishes, target: Path | None, *, force: bool = False) -> None:
    """Write the notebook as planned, to `target` or in its own place.

    Raises NotMade, TargetExists and TargetUnwritable; then no file has changed.
    """
    if target is not None and target.suffix != path.suffix:
        raise NotMade(
            target, f"{path.name} is not a {target.suffix or 'file without a suffix'} file", f"end it in {path.suffix}"
        )
    is_same = target is None or (os.path.exists(target) and target.samefile(path))
    data = read_regular(path)
    if plan.changes:
        data = _rewritten(path, data, plan, wishes.form)
    if plan.changes or not is_same:
        write_whole(target or path, data, force or is_same)


def _rewritten(path: Path, data: bytes, plan: InitPlan, form: str) -> bytes:
    is_text = path.suffix == ".py"
    encoding = encoding_of(data) if is_text else json.detect_encoding(data)
    text = data.decode(encoding, "surrogatepass" if not is_text else "strict")
    ends = "\r\n" if is_text and "\r\n" in text else "\n"
    text = with_markers(text.replace("\r\n", "\n")) if is_text else text
    count = len(segments(text)[1]) if is_text else book.count_cells(text)
    cells = new_cells(plan, count, form)
    written = percent.rewrite_script(text, cells) if is_text else book.identify(book.rewrite_notebook(text, cells))
    _refuse_other_code(path, written, [cell for cell in cells if cell.is_code])
    return written.replace("\n", ends).encode(encoding, "surrogatepass" if not is_text else "strict")


def _refuse_other_code(path: Path, text: str, cells: Sequence[NewCell]) -> None:
    """Read the new text again and raise NotMade unless its cells are those of the plan."""
    is_text = path.suffix == ".py"
    if is_text:
        read = import_jupytext().reads(without_coding(text), {"extension": ".py"})["cells"]
    else:
        read = json.loads(text)["cells"]
    found = ["".join(cell["source"]) for cell in read if cell.get("cell_type") == "code"]
    found = [with_magic(source) for source in found] if is_text else found
    if [one.rstrip() for one in found] != [cell.source.rstrip() for cell in cells]:
        fix = f"let jupytext write it again: jupytext --to py:percent {path}"
        raise NotMade(path, "its text does not show where its cells begin", fix)
