"""Writes the notebook of a run to a file, anew whenever a step has ended."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

from nbflow.errors import TargetIsInput, TargetNameWrong, TargetUnwritable
from nbflow.flow.syntax.specs import FlowSource, ParameterType
from nbflow.history.archive import Archive
from nbflow.history.executed import ExecutedNotebook
from nbflow.notebook.write import write_whole
from nbflow.progress.tally import Tally
from nbflow.run.events.events import Event
from nbflow.store.catalog.rows import RunRow


def target_of(pattern: Path, flow: FlowSource, parameters: Mapping[str, Any], source: Path | None) -> Path:
    """Return the file that a pattern such as `results/{genre}.ipynb` names, once it can be written.

    Raises TargetNameWrong, TargetIsInput for the notebook `source` itself, and TargetUnwritable.
    """
    target = Path(_named(str(pattern), flow, parameters))
    if target.suffix != ".ipynb":
        raise TargetNameWrong(str(target), "its name must end with .ipynb", _known(flow))
    refuse_target(target, source)
    return target


def _known(flow: FlowSource) -> list[str]:
    """Return the parameters of which a file name may be made."""
    return [one.name for one in flow.parameters if one.type is not ParameterType.FILE]


def _named(pattern: str, flow: FlowSource, parameters: Mapping[str, Any]) -> str:
    known = _known(flow)
    try:
        parts = list(Formatter().parse(pattern))
        wrong = next((name for _, name, _, _ in parts if name is not None and name not in known), None)
        if wrong is not None:
            raise TargetNameWrong(pattern, f"{{{wrong}}} is not a parameter with a short value", known)
        return pattern.format_map({name: parameters[name] for name in known})
    except (KeyError, ValueError, TypeError) as error:
        raise TargetNameWrong(pattern, str(error), known) from None


def refuse_target(target: Path, source: Path | None) -> None:
    """Raise TargetIsInput or TargetUnwritable if the notebook of a run cannot be written to this file."""
    if source is not None and os.path.exists(target) and os.path.exists(source) and target.samefile(source):
        raise TargetIsInput(target)
    folder = target.resolve().parent
    if not folder.is_dir():
        raise TargetUnwritable(target, f"there is no folder {target.parent}")
    if target.is_dir():
        raise TargetUnwritable(target, "it is a folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise TargetUnwritable(target, f"you may not write into {target.parent}")


def write_executed(archive: Archive, row: RunRow, source: Path | None, command: str, target: Path) -> None:
    """Write the notebook of a stored run to a file. Raises TargetUnwritable."""
    executed = ExecutedNotebook(archive, row, source, command)
    executed.fill(executed.steps)
    write_whole(target, executed.text(target).encode("utf-8", "backslashreplace"), force=True)


class ExecutedFile:
    """Follows a run that goes on, and keeps its notebook in the file `target`."""

    def __init__(self, target: Path, source: Path | None, command: str) -> None:
        self.target, self._source, self._command = target, source, command
        self._notebook: ExecutedNotebook | None = None
        self._over: dict[str, tuple[bool, bool]] = {}
        self.trouble = ""

    def begin(self, archive: Archive, row: RunRow) -> None:
        """Write the notebook of a run that has just begun."""
        self._notebook = ExecutedNotebook(archive, row, self._source, self._command)
        self._write()

    def heard(self, event: Event, tally: Tally) -> None:
        """Write the notebook anew if the event, which is counted already, has ended a step."""
        step = event.task.step if hasattr(event, "task") else ""
        count = tally.counts.get(step)
        if self._notebook is None or count is None:
            return
        ended = count.failed > 0, count.known and count.over >= count.total
        if any(ended) and ended != self._over.get(step):
            self._over[step] = ended
            self._notebook.fill([step])
            self._write()

    def end(self) -> str:
        """Write the notebook of the run that is over; return a line that says where it is."""
        if self._notebook is None:
            return ""
        self._notebook.fill(self._notebook.steps)
        self._write()
        return f"{self.trouble}\n" if self.trouble else f"the executed notebook is {self.target}\n"

    def _write(self) -> None:
        """Write the file. If that fails, the run goes on: it matters more, and its notebook can be written later."""
        assert self._notebook is not None
        try:
            text = self._notebook.text(self.target)
            write_whole(self.target, text.encode("utf-8", "backslashreplace"), force=True)
            self.trouble = ""
        except TargetUnwritable as error:
            self.trouble = (
                f"{error}, and write it again with  nbflow report {self._command} -o {shlex.quote(str(self.target))}"
            )
