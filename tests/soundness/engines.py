"""One notebook under every engine: what its cells print there, and what the engine says against it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Mapping
from contextlib import chdir
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from jupyter_client.blocking.client import BlockingKernelClient

from nbflow.client import Flow, Run
from nbflow.errors import NbflowError
from nbflow.export.write_flow import export_flow
from nbflow.run.program.star_names import look_beside
from tests.cli.shell import Answer, Shell
from tests.jupyter.kernels import Kernel, Reply
from tests.soundness.books import Book, Lines, lines_of
from tests.soundness.warm import Warm, start_workers

LIVE = ("kernel", "restart")
"""The engines that run ordinary cells as they stand, so that these print as well."""


@dataclass(frozen=True)
class Shown:
    """`said` is the text of the refusal or failure with which the engine ended; empty when all went well.

    `noted` is what an export says of what its script does otherwise than the notebook.
    """

    lines: Lines
    said: str = ""
    noted: str = ""


class Bench:
    """One notebook with a folder; every engine works in a subfolder of its own, the second kernel in the first's."""

    def __init__(self, book: Book, folder: Path, warm: Warm) -> None:
        self.book, self.folder, self.warm = book, folder, warm

    def place(self, name: str) -> Path:
        """A new folder with the notebook, and with the files that notebooks of its kind read."""
        files = self.book.path.with_name("files")
        if files.is_dir():
            shutil.copytree(files, self.folder / name)
        place = self.folder / name
        place.mkdir(exist_ok=True)
        shutil.copy(self.book.path, place)
        return place

    @cached_property
    def plain(self) -> Lines:
        """The lines that are right: those that the notebook states, or those of plain Python."""
        if self.book.stated is not None:
            return self.book.stated
        place = self.place("plain")
        (place / self.book.path.name).write_text(self.book.script)
        ended = self.warm.python(place, self.book.path.name)
        assert ended.code == 0, ended.err
        return lines_of(ended.out)

    def check(self) -> Answer:
        return self.use(self.place("check"), "check")

    def use(self, place: Path, verb: str, *words: str) -> Answer:
        """Do what `nbflow VERB NOTEBOOK` does when it is typed in a folder."""
        with chdir(place):
            return Shell(place)(verb, self.book.path.name, *words)

    def show(self, engine: str) -> Shown:
        match engine:
            case "run":
                return self.run()
            case "edited":
                return self.edited(crc32(self.book.text.encode()))
            case "kernel":
                return self.kernel
            case "restart":
                return self.restart()
            case _:
                return self.script()

    def run(self) -> Shown:
        """`nbflow run` with two workers."""
        place = self.place("run")
        start_workers()
        answer = self.use(place, "run", "-j", "2")
        said = answer.out + answer.err if answer.code else ""
        return Shown(printed(place, self.book.path.stem, self.book.steps), said)

    def edited(self, position: int) -> Shown:
        """`nbflow run --reuse` after an edit of one step; what ran before the edit may have failed."""
        place = self.place("edited")
        start_workers()
        for text, words in ((self.book.before_edit(position), ()), (self.book.text, ("--reuse",))):
            (place / self.book.path.name).write_text(text)
            answer = self.use(place, "run", "-j", "2", *words)
        said = answer.out + answer.err if answer.code else ""
        return Shown(printed(place, self.book.path.stem, self.book.steps), said)

    @cached_property
    def kernel(self) -> Shown:
        """Every cell executed once, from the first to the last, in a new kernel."""
        return self.session(self.place("kernel"))

    def restart(self) -> Shown:
        """The same again in a second kernel, where the values come from the store."""
        assert self.kernel
        return self.session(self.folder / "kernel")

    def session(self, place: Path) -> Shown:
        kernel = WarmKernel(self.warm, place, self.notebook(place))
        try:
            kernel.ok("%load_ext nbflow")
            return self.execute(kernel, place)
        finally:
            kernel.stop()

    def execute(self, kernel: Kernel, place: Path) -> Shown:
        lines: dict[int, list[str]] = {}
        for cell in self.book.cells:
            reply = kernel.run(cell.source, cell.id)
            if reply.status != "ok":
                return Shown(lines, f"{reply.error_name}: {reply.error}\n{reply.frames}")
            if cell.number in self.book.repeated:  # its tasks run in workers, and a kernel tells of them as they end
                lines |= printed(place, self.book.path.stem, {cell.number: self.book.steps[cell.number]})
            elif own := without_ours(reply.text, self.book.steps.values()):
                lines[cell.number] = own
        return Shown(lines)

    def notebook(self, place: Path) -> Path:
        """The same notebook in Jupyter's form. Texts between the cells are left empty: only code is executed."""
        code = {cell.number: cell for cell in self.book.cells}
        cells: list[dict[str, Any]] = [
            {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": ""}
            for number in range(1, max(code) + 1)
        ]
        for number, cell in code.items():
            cells[number - 1] = {
                "cell_type": "code", "id": cell.id, "metadata": {"tags": sorted(cell.tags)}, "source": cell.source,
                "execution_count": None, "outputs": [],
            }  # fmt: skip
        path = place / f"{self.book.path.stem}.ipynb"
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return path

    def script(self) -> Shown:
        """The exported script, run by nbflow."""
        place = self.place("script")
        look_beside(place / self.book.path.name)  # for files that `%run` names
        try:
            exported = export_flow(self.book.graph)
        except NbflowError as error:
            return Shown({}, str(error))
        (place / "flow.py").write_text(exported.text)
        ended = self.warm.python(place, "flow.py", "run", "--max-workers", "2")
        flow = re.search(r"^class (\w+)\(FlowSpec\)", exported.text, re.M)
        assert flow is not None
        methods = {number: exported.methods[step] for number, step in self.book.steps.items()}
        said = ended.out + ended.err if ended.code else ""
        return Shown(printed(place, flow[1], methods), said, "\n".join(exported.notes))


def printed(place: Path, flow: str, steps: Mapping[int, str]) -> Lines:
    """What the steps of the newest run printed, as it is stored; tasks of a foreach one after another."""
    if not (place / ".nbflow").exists():
        return {}
    found = {number: _stdout(Flow(flow, place).latest_run, step) for number, step in steps.items()}
    return {number: text.splitlines() for number, text in found.items() if text}


def _stdout(run: Run | None, step: str) -> str:
    return "".join(task.stdout for task in run[step].tasks) if run and step in run else ""


def without_ours(text: str, steps: Any) -> list[str]:
    """The lines of a cell, without those in which nbflow tells what became of a step."""
    ours = re.compile(rf"^warning: |^({'|'.join(steps)})(\[[\d,]*\])?(@\d+)? · ")
    return [line for line in text.splitlines() if not ours.match(line)]


class WarmKernel(Kernel):
    """A kernel that starts at once, and whose error stream is left aside."""

    def __init__(self, warm: Warm, folder: Path, notebook: Path) -> None:
        self._warm = warm
        super().__init__(folder, notebook, extension=False)

    def _launch(self, connection: Path, env: Mapping[str, str]) -> Any:
        client = BlockingKernelClient(connection_file=str(connection), transport="ipc", ip=f"{connection}-ipc")
        client.write_connection_file()
        self._pid = self._warm.kernel(self.folder, connection, {"JPY_SESSION_NAME": env["JPY_SESSION_NAME"]})
        return client

    def _take(self, reply: Reply, kind: str, content: Mapping[str, Any]) -> None:
        if content.get("name") != "stderr":
            super()._take(reply, kind, content)

    def _end(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
