"""What a task writes: text on both streams, also from C code and child processes, and displayed values, in order."""

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

from nbflow.run.card import live_card
from nbflow.run.children import processes_started
from nbflow.run.display import in_json, publish_to
from nbflow.run.outputs import Bundle, Output, Outputs, settle, settled
from nbflow.run.surroundings import NoStdin

LIMIT = 10_000_000  # bytes kept of one stream of one task


class Capture:
    """Redirects the file descriptors 1 and 2 of this process to two files; one pair per worker and task.

    The files live in `folder` as `PID.out` and `PID.err`, beside `PID.task` with the task's name, so that others can
    follow a running task and read the last words of one that crashed. A task that has written something or started a
    process leaves its files: what its children still write lands there, where nobody reads it any more.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = {"stdout": folder / f"{os.getpid()}.out", "stderr": folder / f"{os.getpid()}.err"}
        self._label = folder / f"{os.getpid()}.task"
        self._fds: dict[str, int] = {}
        self._processes: int | None = None  # that this one had started when the files were begun
        self._read: dict[str, int] = {}
        self.left_behind = other_threads()
        self._open = [Outputs()]  # what is shown goes to the last one
        self._streams: dict[str, _Stream] = {}
        sys.stdin = NoStdin()
        self._redirect()
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        publish_to(lambda bundle: self.show("display_data", bundle))

    @property
    def outputs(self) -> list[Output]:
        """What the task has shown so far."""
        return self._open[0].all

    @contextlib.contextmanager
    def task(self, label: str, attempt: int = 0) -> Iterator[list[Output]]:
        """The outputs of what runs inside; complete when the block ends."""
        self._redirect()
        self._name(label, attempt)
        self.left_behind = other_threads()
        self._open = [Outputs()]
        try:
            yield self.outputs
        finally:
            self.collect()
            settle(self.outputs)

    def _redirect(self) -> None:
        """Begin new files, whatever the task before did to the streams, to their descriptors and to the folder."""
        if self._is_untouched():
            return
        self._processes = processes_started()
        for number, (name, path) in enumerate(self._files.items(), 1):
            path.unlink(missing_ok=True)
            new = _open_file(path, os.O_APPEND)
            while new <= 2:  # the body has closed standard descriptors, and the file has got the number of one
                new = os.dup(new)
            os.dup2(new, number)
            if name in self._fds:
                with contextlib.suppress(OSError):
                    os.close(self._fds[name])
            self._fds[name], self._read[name] = new, 0
            if name not in self._streams or self._streams[name].closed:
                self._streams[name] = _Stream(self, name, number)
            setattr(sys, name, self._streams[name])

    def _is_untouched(self) -> bool:
        """Whether nobody has written to the files, and nobody else can have them open: new ones cost far more."""
        return (
            self._processes is not None
            and self._processes == processes_started()
            and all(getattr(sys, name, None) is stream and not stream.closed for name, stream in self._streams.items())
            and all(_is_empty(self._fds[name], number) for number, name in enumerate(self._files, 1))
        )

    def _name(self, label: str, attempt: int) -> None:
        """Write over the label before, of which a rest may stay below the first two lines."""
        file = _open_file(self._label)
        os.pwrite(file, f"{label}\n{attempt}\n".encode(), 0)
        os.close(file)

    def flush(self) -> None:
        """Show the figures that are open, as a notebook does at the end of a cell."""
        if figures_are_open():
            with contextlib.suppress(Exception):  # a figure that cannot be drawn has said so in the task's own output
                sys.modules["matplotlib.pyplot"].show()

    def show(self, kind: str, data: Bundle, metadata: Bundle | None = None, name: str | None = None) -> None:
        """Show a bundle after what was written before it; `name` is its display id."""
        self.collect()
        self._open[-1].show(kind, in_json(data), in_json(metadata or {}), name)

    def update(self, name: str | None, data: Bundle, metadata: Bundle | None = None) -> None:
        """Replace what is displayed under this id."""
        self.collect()
        self._open[-1].update(name, in_json(data), in_json(metadata or {}))

    def fail(self, name: str, value: str, traceback: list[str]) -> None:
        """Show an error that the task goes on after."""
        self.collect()
        self._open[-1].fail(name, value, traceback)

    def clear(self, wait: bool = False) -> None:
        """Take away what was shown, or do so when something else is shown."""
        self.collect()
        self._open[-1].clear(wait)

    def collect(self) -> None:
        """Move what was written since the last call into `outputs`."""
        for name, stream in self._streams.items():
            with contextlib.suppress(ValueError, OSError):  # the body may have closed it, or its descriptor
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
        data = os.pread(self._fds[name], min(size - start, max(LIMIT - start, 0)), start)
        text = data.decode("utf-8", "replace")
        return text + (
            f"\n[{name} is longer than {LIMIT:,} bytes; the rest was dropped]\n" if start < LIMIT < size else ""
        )


def _open_file(path: Path, mode: int = 0) -> int:
    flags = os.O_RDWR | os.O_CREAT | mode
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:  # the body has removed the folder
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o600)


def _is_empty(file: int, standard: int) -> bool:
    """Whether a standard stream still leads to this file, and the file is empty and has its name."""
    try:
        found = os.fstat(file)
        return os.path.samestat(found, os.fstat(standard)) and found.st_size == 0 and found.st_nlink == 1
    except OSError:  # the body has closed one of them
        return False


class _Stream(io.TextIOWrapper):
    """A text stream on a descriptor; a change of stream collects first, so that both keep their order."""

    def __init__(self, capture: Capture, name: str, fd: int) -> None:
        file = open(fd, "wb", closefd=False)  # noqa: SIM115 - it lives as long as the process
        super().__init__(file, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        self._capture = capture
        self._name = name

    def write(self, text: str) -> int:
        if threading.current_thread() in self._capture.left_behind:
            return len(text)
        if _Stream.current is not self:
            self._capture.collect()
            _Stream.current = self
        return super().write(text)

    current: TextIO | None = None


def other_threads() -> AbstractSet[threading.Thread]:
    """Return the threads beside the main one: what they print later belongs to no task that begins now.

    Those of a pool that wait for work are left out: the next task may give them some.
    """
    frames = sys._current_frames()
    found = (one for one in threading.enumerate() if one is not threading.main_thread())
    return WeakSet(one for one in found if not _waits_for_work(frames.get(one.ident or 0)))


_POOLS = ("concurrent.futures.thread", "multiprocessing.pool")


def _waits_for_work(frame: types.FrameType | None) -> bool:
    return frame is not None and frame.f_globals.get("__name__") in _POOLS


def last_words(folder: Path, label: str) -> list[Output]:
    """What the task of this name has written so far, or had when its worker died, as outputs; its cards at the end."""
    for path in live_tasks(folder):
        with contextlib.suppress(OSError):
            if label_in(path) == label:
                return [*_read_streams(path), *live_card(path.with_suffix(".card"))]
    return []


def live_tasks(folder: Path) -> list[Path]:
    """One file for each worker, with the name of its task. The folder is gone when its run is over."""
    try:
        return list(folder.glob("*.task"))
    except FileNotFoundError:  # it went after pathlib had looked whether it is there
        return []


def label_in(path: Path) -> str:
    """The name of the task that a `PID.task` file is about."""
    return path.read_bytes().partition(b"\n")[0].decode()  # behind it may stand half a character of another label


def attempt_in(path: Path) -> int:
    """Which attempt a `PID.task` file is about, from 0."""
    return int(path.read_bytes().split(b"\n", 2)[1])


def _read_streams(path: Path) -> Iterator[Output]:
    for name, suffix in (("stdout", ".out"), ("stderr", ".err")):
        with contextlib.suppress(OSError):
            text = path.with_suffix(suffix).read_bytes()[:LIMIT].decode("utf-8", "replace")
            if text:
                yield {"output_type": "stream", "name": name, "text": settled(text)}


def figures_are_open() -> bool:
    """Ask matplotlib without loading its backend, which imports IPython."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return helpers is not None and bool(helpers.Gcf.figs) and "matplotlib.pyplot" in sys.modules
