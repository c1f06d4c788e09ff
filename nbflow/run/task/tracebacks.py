"""Describes errors in the user's coordinates: notebook, step, cell, line."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType, TracebackType

from nbflow.flow.source.cell import Cell, Place
from nbflow.flow.source.lines import lines_of
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.events.events import Failure, FailureKind, TracebackFrame
from nbflow.store.values.user_code import SECONDS_FOR_TEXT, abridged, answer_of, text_of, type_name_of

LONGEST_MESSAGE, LONGEST_TRACEBACK = 10_000, 100_000  # characters that are kept
_LONGEST_LINE, _MOST_FRAMES = 1_000, 1_000
_SECONDS_FOR_TRACEBACK = 5.0
_OURS = str(Path(__file__).parents[2]) + os.sep


def filename_of_step(step: StepSpec) -> str:
    """Return what a traceback shows as the file of a step: `movies.ipynb · step clean · cell 6`."""
    return f"{step.place.document} · step {step.name} · cell {step.place.cell}"


def filename_of_cell(place: Place) -> str:
    """Return what a traceback shows as the file of an ordinary cell."""
    return f"{place.document} · cell {place.cell}"


def show_source(filename: str, cell: Cell) -> None:
    """Let tracebacks and `inspect.getsource` find the text of a cell.

    Some libraries take the name for a file in this folder; rich takes it for a file in the folder where it was
    imported, which may be another one, because this process was forked.
    """
    text = len(cell.source), None, [f"{line}\n" for line in lines_of(cell.source)], filename
    imported = getattr(sys.modules.get("rich"), "_IMPORT_CWD", "")
    linecache.cache |= dict.fromkeys((filename, os.path.abspath(filename), os.path.join(imported, filename)), text)


def describe_failure(error: BaseException, kind: FailureKind = FailureKind.ERROR) -> Failure:
    """Return a failure as the user may read it: without the frames of nbflow above the body."""
    name, message = type_name_of(type(error)), abridged(_text_of(error), LONGEST_MESSAGE)
    frames, text = answer_of(lambda: _trace(error), lambda _: ((), f"{name}: {message}\n"), _SECONDS_FOR_TRACEBACK)
    return Failure(kind, name, message, frames, abridged(text, LONGEST_TRACEBACK))


def _trace(error: BaseException) -> tuple[tuple[TracebackFrame, ...], str]:
    own = without_our_frames(error.__traceback__)
    summary = traceback.TracebackException(type(error), error, own, compact=True)
    for one in (summary, *_related_errors(summary)):
        others = [frame for frame in one.stack if not frame.filename.startswith(_OURS)]
        one.stack[:] = others or (one.stack if one is summary else ())
    frames = tuple(
        TracebackFrame(
            f"{frame.filename[:_LONGEST_LINE]}, line {frame.lineno}",
            frame.name[:_LONGEST_LINE],
            (frame.line or "")[:_LONGEST_LINE],
        )
        for frame in _outermost_and_innermost(summary.stack)
    )
    return frames, "".join(summary.format())


def _outermost_and_innermost(stack: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    half = _MOST_FRAMES // 2
    return stack if len(stack) <= _MOST_FRAMES else [*stack[:half], *stack[-half:]]


def _related_errors(summary: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    """Yield the errors behind an error: its cause, its context, and the errors of a group."""
    agenda = [summary]
    while agenda:
        one = agenda.pop()
        found = [other for other in (one.__cause__, one.__context__) if other is not None] + [*(one.exceptions or ())]
        yield from found
        agenda += found


IN_CELL = "cell in another language"
"""Is the name of the module of frames that stand for lines in another language: the call in Python is not theirs."""

_BETWEEN = ("asyncio.", "concurrent.futures.", "contextlib")
"""Are modules through which nbflow calls its own functions and those of users."""


def without_our_frames(tb: TracebackType | None) -> TracebackType | None:
    """Return the traceback from the user's first frame to the last; None if no user code was reached.

    A body that awaits is reached through frames of asyncio, and what nbflow does around it may be in other libraries.
    """
    frames = [*_frames_of(tb)]
    elsewhere = next((number for number, one in enumerate(frames) if _is_from(one.tb_frame, IN_CELL)), 0)
    frames = frames[elsewhere:]
    users = [number for number, one in enumerate(frames) if not _is_from(one.tb_frame, "nbflow.")]
    first = next((number for number in users if not _is_from(frames[number].tb_frame, *_BETWEEN)), len(frames))
    kept: TracebackType | None = None
    for one in reversed(frames[first : users[-1] + 1] if users else []):
        kept = TracebackType(kept, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return kept


def clear_our_frames(tb: TracebackType | None) -> None:
    """Let the frames of nbflow that have ended forget the values of the task, because an error may live long.

    A frame also keeps those that called it, whether a traceback shows them or not.
    """
    agenda, seen = [one.tb_frame for one in _frames_of(tb)], set[FrameType]()
    while agenda:
        frame = agenda.pop()
        if frame not in seen and frame.f_back is not None:
            agenda.append(frame.f_back)
        seen.add(frame)
    for frame in seen:
        if _is_from(frame, "nbflow."):
            with suppress(RuntimeError):  # it has not ended
                frame.clear()


def _frames_of(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _is_from(frame: FrameType, *packages: str) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith(packages)


def _text_of(error: BaseException) -> str:
    message = text_of(error)
    return answer_of(lambda: "; ".join([message, *_notes_of(error)]), lambda _: message, SECONDS_FOR_TEXT)


def _notes_of(error: BaseException) -> list[str]:
    return [note for note in getattr(error, "__notes__", ()) if isinstance(note, str) and "\n" not in note]
