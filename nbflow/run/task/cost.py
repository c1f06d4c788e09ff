"""Measures what a task costs: its time, and the most memory that its process held meanwhile, where Linux tells it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nbflow.run.task.job import Result

WORTH_MEASURING = 0.01
"""After fewer seconds the memory is not read, because reading it takes a tenth of what a brief task takes."""

_RESET = b"5"  # what sets the peak to the present size, see proc(5), `clear_refs`
_PEAK = b"VmHWM:"
_STATUS_SIZE = 4096


@contextmanager
def measured(result: Result) -> Iterator[None]:
    """Write into `result` what the block costs."""
    with suppress(OSError):
        _write_reset()
    began = time.perf_counter()
    try:
        yield
    finally:
        result.seconds = time.perf_counter() - began
        if result.seconds >= WORTH_MEASURING:
            with suppress(OSError):
                result.memory = _read_peak()


def _write_reset() -> None:
    file = os.open("/proc/self/clear_refs", os.O_WRONLY)
    try:
        os.write(file, _RESET)
    finally:
        os.close(file)


def _read_peak() -> int | None:
    """Return the peak of the resident memory in bytes; None if the system does not name it."""
    file = os.open("/proc/self/status", os.O_RDONLY)
    try:
        _, _, rest = os.read(file, _STATUS_SIZE).partition(_PEAK)
    finally:
        os.close(file)
    kilobytes = rest.split(maxsplit=1)[:1]
    return int(kilobytes[0]) * 1024 if kilobytes else None
