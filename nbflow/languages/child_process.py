"""Runs a process for a cell: passes on what it prints while it runs, and ends all that it has started."""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

_GUARD = """trap '' HUP INT TERM; read -r line; kill -s KILL -- "-$0\""""


def run_child(
    command: Sequence[str],
    environment: Mapping[str, str],
    take_stdout: Callable[[bytes], None],
    take_stderr: Callable[[bytes], None],
) -> int:
    """Run a command to its end, and return its exit code; a negative one is the number of the signal that killed it.

    The process has a group of its own, which is killed when this call ends, whatever ends it: even SIGKILL of this
    process, which may be a kernel.
    """
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=null, stdout=pipe, stderr=pipe, env=dict(environment), process_group=0)
    try:
        with _guarded(process.pid):
            _pass_on(process, take_stdout, take_stderr)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode


@contextlib.contextmanager
def _guarded(group: int) -> Iterator[None]:
    """Let a shell kill a group of processes if this process ends before the block does: its input is closed then."""
    guard = subprocess.Popen(["/bin/sh", "-c", _GUARD, str(group)], stdin=subprocess.PIPE, process_group=0)
    try:
        yield
    finally:
        guard.kill()  # before the group's leader is reaped, so that the number means no other group
        guard.communicate()


def printing_to(name: Literal["stdout", "stderr"]) -> Callable[[bytes], None]:
    """Return a function that prints the bytes that it is given as text."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return lambda data: print_to(name, decoder.decode(data))


def print_to(name: Literal["stdout", "stderr"], text: str) -> None:
    """Print text at once."""
    stream = getattr(sys, name)
    stream.write(text)
    stream.flush()


def how_it_ended(code: int) -> str:
    """Say with what exit code a process has ended, or which signal has killed it."""
    if code >= 0:
        return f"ended with exit status {code}"
    return f"was killed by {signal.Signals(-code).name}"


def _pass_on(
    process: subprocess.Popen[bytes], take_stdout: Callable[[bytes], None], take_stderr: Callable[[bytes], None]
) -> None:
    """Read both streams until the process has ended, and what it had written by then; a child may keep them open."""
    assert process.stdout is not None
    assert process.stderr is not None
    ended, end = os.pipe()
    threading.Thread(target=_wait, args=(process, end), daemon=True).start()
    with selectors.DefaultSelector() as selector, os.fdopen(ended, "rb"), process.stdout, process.stderr:
        readers = {process.stderr.fileno(): take_stderr, process.stdout.fileno(): take_stdout}
        for file in (*readers, ended):
            selector.register(file, selectors.EVENT_READ)
        while readers:
            ready = [key.fd for key, _ in selector.select()]
            if [*ready] == [ended]:
                break
            for file in ready:
                if file != ended and not _read(file, readers[file]):
                    selector.unregister(file)
                    del readers[file]


def _read(file: int, take: Callable[[bytes], None]) -> bool:
    data = os.read(file, 65_536)
    take(data)
    return bool(data)


def _wait(process: subprocess.Popen[bytes], end: int) -> None:
    process.wait()
    os.close(end)
