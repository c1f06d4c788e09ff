"""Writes drafted cells to a file: an `.ipynb`, or a `.py` with `# %%` cells."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nbflow.errors import NbflowError
from nbflow.export.file import write_script
from nbflow.export.marks import read_marks
from nbflow.importing.cells.drafting import draft_notebook
from nbflow.importing.cells.drafts import CellDraft
from nbflow.importing.exported import draft_again
from nbflow.importing.notes import notes_of
from nbflow.importing.r_flow.r_drafts import draft_r_notebook
from nbflow.importing.r_flow.r_nodes import RScript, parse_r
from nbflow.importing.r_flow.r_pipeline import read_pipeline
from nbflow.importing.reading.source import Source, read_source, text_of_node
from nbflow.notebook.ipynb_form import KERNEL
from nbflow.notebook.jupytext_import import import_jupytext, import_nbformat
from nbflow.notebook.read import SUFFIXES


class CannotWrite(NbflowError):
    """Raised instead of overwriting a file, or for a target that cannot be a notebook."""

    def __init__(self, path: Path, why: str, fix: str) -> None:
        self.path, self.why, self.fix = path, why, fix
        super().__init__(f"{path} is not written: {why}; {fix}")


@dataclass(frozen=True)
class Imported:
    """Holds an imported notebook. `notes` say what it does differently from the script."""

    drafts: tuple[CellDraft, ...]
    notes: tuple[str, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        return tuple(draft.step for draft in self.drafts if draft.step)


def import_script(script: Path, target: Path, *, force: bool = False) -> Imported:
    """Write the notebook that means the same as a script, completely or not at all.

    Raises NotAScript and CannotCarryOver for the script, CannotWrite and TargetUnwritable for the target.
    """
    if target.suffix not in SUFFIXES:
        raise CannotWrite(target, "a notebook is an .ipynb, or a .py with cells", "give it such a name")
    if os.path.exists(target) and target.samefile(script):
        raise CannotWrite(target, "it is the script itself", "give another name")
    source = parse_r(script, text_of_node(script)) if script.suffix in (".R", ".r") else read_source(script)
    if os.path.exists(target) and not force:
        raise CannotWrite(target, "it exists already", _instead(source, target))
    imported = _import_r(source) if isinstance(source, RScript) else _import(source, target.parent)
    write_script(target, notebook_text(imported.drafts, target), force=True)
    return imported


def _import_r(script: RScript) -> Imported:
    return Imported(tuple(_with_ids(draft_r_notebook(read_pipeline(script)))), ())


def _instead(source: Source | RScript, target: Path) -> str:
    if isinstance(source, RScript) or read_marks(source.text) is None:
        return "give another name, or --force to overwrite it"
    paths = shlex.join([str(source.path), str(target)])
    return f"copy what was edited with  nbflow sync {paths},  or --force to overwrite it"


def _import(source: Source, folder: Path) -> Imported:
    again = draft_again(source, folder)
    if again is not None:
        return Imported(tuple(_with_ids(again)), ())
    return Imported(tuple(_with_ids(draft_notebook(source, folder))), tuple(notes_of(source, folder)))


def notebook_text(drafts: Iterable[CellDraft], target: Path) -> str:
    v4 = import_nbformat()
    cells = [(v4.new_markdown_cell if one.markdown else v4.new_code_cell)(one.source, id=one.id) for one in drafts]
    book = v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    if target.suffix == ".py":
        return str(import_jupytext().writes(book, fmt="py:percent"))
    return str(v4.writes(book)) + "\n"


def _with_ids(drafts: Iterable[CellDraft]) -> list[CellDraft]:
    """Give each cell an id that tells what it is; an exported cell keeps its own."""
    found: dict[str, CellDraft] = {}
    for number, draft in enumerate(drafts, 1):
        wanted = draft.id or draft.step or f"cell-{number}"
        identity = re.sub(r"[^\w-]", "-", wanted, flags=re.ASCII)[:56]
        found[identity if identity not in found else f"{identity}-{number}"] = draft
    return [replace(draft, id=identity) for identity, draft in found.items()]
