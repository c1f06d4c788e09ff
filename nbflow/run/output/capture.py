"""Captures what a task writes: text on both streams, from C code and child processes too, and displays, in order."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
import types
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TextIO
from weakref import WeakSet

from nbflow.run.output.display import in_json, publish_to
from nbflow.run.output.live_output import OUTPUT_LIMIT
from nbflow.run.output.outputs import Bundle, Output, Outputs, settle_outputs
from nbflow.run.surroundings.children import processes_started
from nbflow.run.surroundings.stdin import NoStdin


class Capture:
    """Sends the file descriptors 1 and 2 of this worker to two files, for each task anew.

    The files are `PID.out` and `PID.err` in `folder`, beside `PID.task` with the name of the task, so that others can
    follow a running task and read the last output of one that crashed. A task that has written something or started a
    process leaves its files behind: what its children write later goes there, and is never read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = {"stdout": folder / f"{os.getpid()}.out", "stderr": folder / f"{os.getpid()}.err"}
        self._label = folder / f"{os.getpid()}.task"
        self._label_file: tuple[int, os.stat_result | None] = -1, None
        self._fds: dict[str, int] = {}
        self._processes: int | None = None  # the number of processes started before the present files were opened
        self._read: dict[str, int] = {}
        self.left_behind = other_threads()
        self._open = [Outputs()]  # new output goes to the last one
        self._streams: dict[str, _Stream] = {}
        sys.stdin = NoStdin()
        self._redirect()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        publish_to(lambda bundle: self.show("display_data", bundle))

    @property
    def outputs(self) -> list[Output]:
        """Return what the task has shown so far."""
        return self._open[0].all

    @contextlib.contextmanager
    def task(self, label: str, attempt: int = 0) -> Iterator[list[Output]]:
        """Capture what runs in this context, and yield the list of outputs; it is complete when the context ends."""
        self._redirect()
        self._name(label, attempt)
        self.left_behind = other_threads()
        self._open = [Outputs()]
        try:
            yield self.outputs
        finally:
            self.collect()
            settle_outputs(self.outputs)

    def _redirect(self) -> None:
        """Open new files, whatever the last task did to the streams, to their descriptors and to the folder."""
        if self._is_untouched():
            return
        self._processes = processes_started()
        for number, (name, path) in enumerate(self._files.items(), 1):
            path.unlink(missing_ok=True)
            new = _open_file(path, os.O_APPEND)
            while new <= 2:  # the body has closed standard descriptors, and the file got one of their numbers
                new = os.dup(new)
            os.dup2(new, number)
            if name in self._fds:
                with contextlib.suppress(OSError):
                    os.close(self._fds[name])
            self._fds[name], self._read[name] = new, 0
            if name not in self._streams or self._streams[name].closed:
                self._streams[name] = _Stream(self, name, number)
            self._streams[name].expect()
            setattr(sys, name, self._streams[name])

    def _is_untouched(self) -> bool:
        """Return whether nobody has written to the files or can have them open: then they are used again."""
        return (
            self._processes is not None
            and self._processes == processes_started()
            and all(getattr(sys, name, None) is stream and not stream.closed for name, stream in self._streams.items())
            and all(_is_empty(self._fds[name], number) for number, name in enumerate(self._files, 1))
        )

    def _name(self, label: str, attempt: int) -> None:
        """Write the name and the attempt of the task; a rest of a longer name may stay behind the first two lines."""
        if not _is_open(self._label_file):
            file = _open_file(self._label)
            self._label_file = file, os.fstat(file)
        os.pwrite(self._label_file[0], f"{label}\n{attempt}\n".encode(), 0)

    def flush(self) -> None:
        """Show the figures that are open, as a notebook does at the end of a cell."""
        if figures_are_open():
            with contextlib.suppress(Exception):  # the output of the task already shows why the figure cannot be drawn
                sys.modules["matplotlib.pyplot"].show()

    def show(self, kind: str, data: Bundle, metadata: Bundle | None = None, name: str | None = None) -> None:
        """Show a bundle after the text that was written before it; `name` is its display id."""
        self.collect()
        self._open[-1].show(kind, in_json(data), in_json(metadata or {}), name)

    def update(self, name: str | None, data: Bundle, metadata: Bundle | None = None) -> None:
        """Replace what is displayed under this id."""
        self.collect()
        self._open[-1].update(name, in_json(data), in_json(metadata or {}))

    def fail(self, name: str, value: str, traceback: list[str]) -> None:
        """Show an error after which the task goes on."""
        self.collect()
        self._open[-1].fail(name, value, traceback)

    def clear(self, wait: bool = False) -> None:
        """Remove what was shown: now, or with `wait` when the next output comes."""
        self.collect()
        self._open[-1].clear(wait)

    def collect(self) -> None:
        """Move the text that was written since the last call into `outputs`."""
        for name, stream in self._streams.items():
            with contextlib.suppress(ValueError, OSError):  # the body may have closed the stream or its descriptor
                stream.flush()
            text = self._tail(name)
            if text:
                self._open[-1].text(name, text)

    def _tail(self, name: str) -> str:
        try:
            size = os.fstat(self._fds[name]).st_size
        except OSError:  # the body has closed every descriptor
            return ""
        start = self._read[name]
        if size <= start:
            return ""
        self._read[name] = size
        data = os.pread(self._fds[name], min(size - start, max(OUTPUT_LIMIT - start, 0)), start)
        text = data.decode("utf-8", "replace")
        return text + (
            f"\n[{name} is longer than {OUTPUT_LIMIT:,} bytes; the rest was dropped]\n"
            if start < OUTPUT_LIMIT < size
            else ""
        )


def _open_file(path: Path, mode: int = 0) -> int:
    flags = os.O_RDWR | os.O_CREAT | mode
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:  # the body has removed the folder
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def _is_open(held: tuple[int, os.stat_result | None]) -> bool:
    """Return whether a descriptor still leads to the file for which it was opened, and the file is not deleted."""
    file, opened = held
    try:
        found = os.fstat(file)
        return opened is not None and os.path.samestat(found, opened) and found.st_nlink == 1
    except OSError:  # the body has closed it
        return False


def _is_empty(file: int, standard: int) -> bool:
    """Return whether a standard stream still leads to this file, and the file is empty and not deleted."""
    try:
        found = os.fstat(file)
        return os.path.samestat(found, os.fstat(standard)) and found.st_size == 0 and found.st_nlink == 1
    except OSError:  # the body has closed one of them
        return False


class _Stream(io.TextIOWrapper):
    """Is a text stream on a descriptor. A change of stream collects first, so that the order of both is kept."""

    def __init__(self, capture: Capture, name: str, fd: int) -> None:
        file = open(fd, "wb", closefd=False)  # noqa: SIM115 - it lives as long as the process
        super().__init__(file, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        self._capture = capture
        self._name = name
        self.expect()

    def expect(self) -> None:
        """Take the text of another task: what is longer than can be kept takes no space on the disk."""
        self._rest = OUTPUT_LIMIT + 1  # one more shows that something is missing

    def write(self, text: str) -> int:
        if threading.current_thread() in self._capture.left_behind:
            return len(text)
        if _Stream.current is not self:
            self._capture.collect()
            _Stream.current = self
        if self._rest > 0:
            super().write(text[: self._rest])
            self._rest -= len(text)
        return len(text)

    current: TextIO | None = None


def other_threads() -> AbstractSet[threading.Thread]:
    """Return the threads other than the main one: what they print later belongs to no task that begins now.

    Threads of a pool that wait for work are left out, because the next task may give them some.
    """
    frames = sys._current_frames()
    found = (one for one in threading.enumerate() if one is not threading.main_thread())
    return WeakSet(one for one in found if not _waits_for_work(frames.get(one.ident or 0)))


_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")


def _waits_for_work(frame: types.FrameType | None) -> bool:
    return frame is not None and frame.f_globals.get("__name__") in _POOLS


def figures_are_open() -> bool:
    """Return whether matplotlib has open figures, without loading its backend, which would import IPython."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return helpers is not None and bool(helpers.Gcf.figs) and "matplotlib.pyplot" in sys.modules
