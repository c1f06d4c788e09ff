"""Asks the user's own objects for a text or a picture: they may raise, take long, or answer at any length."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

Answer = TypeVar("Answer")

SECONDS_FOR_TEXT = 2.0
LONGEST_NAME, LONGEST_REASON = 200, 2_000  # characters of the name of a type, and of a reason
_AGAIN = 0.2  # seconds after which code that has caught TakesTooLong hears it again


class TakesTooLong(BaseException):
    """Says that the user's code takes too long; it is no Exception, which this code may catch."""


class _Interrupts:
    """Says what interrupts the user's code from outside, so that it is no error of this code."""

    kinds: tuple[type[BaseException], ...] = (KeyboardInterrupt,)


def interrupts(*others: type[BaseException]) -> tuple[type[BaseException], ...]:
    """Return the exceptions by which a user interrupts this process, and these others."""
    return (*_Interrupts.kinds, *others)


def take_interrupts_as_errors() -> None:
    """Let nobody interrupt this process: whatever the user's code raises is an error of that code."""
    _Interrupts.kinds = ()


def answer_of(code: Callable[[], Answer], otherwise: Callable[[BaseException], Answer], seconds: float) -> Answer:
    """Return what the user's code answers, or `otherwise` of what it raises; only an interrupt of the user gets out."""
    try:
        with within(seconds):
            return code()
    except interrupts():
        raise
    except BaseException as error:  # noqa: BLE001 - the user's own code, which may also exit
        return otherwise(error)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TakesTooLong in the code of this context when its time is over.

    Python raises it between two instructions, so C code is not interrupted. Without timers (Windows), outside the main
    thread, and where a timer that is set already rings before, nothing happens.
    """
    can_ring = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    left, interval = signal.getitimer(signal.ITIMER_REAL) if can_ring else (0.0, 0.0)
    if not can_ring or 0 < left <= seconds:
        yield
        return
    began, before = time.monotonic(), signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        rest = max(left - (time.monotonic() - began), 0.001) if left else 0.0
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before if before is not None else signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, rest, interval)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise TakesTooLong


def type_name_of(kind: type) -> str:
    """Return the name of a type, shortened. A metaclass may raise here or answer anything."""
    return answer_of(lambda: _text(kind.__qualname__)[:LONGEST_NAME], lambda _: "object", SECONDS_FOR_TEXT)


def repr_of(value: object) -> str:
    """Return the repr of a value, shortened."""
    return answer_of(
        lambda: abridged(_text(repr(value)), LONGEST_REASON),
        lambda broken: f"<its repr cannot be shown: {type_name_of(type(broken))}>",
        SECONDS_FOR_TEXT,
    )


def text_of(error: BaseException) -> str:
    """Return the message of an error, of any length."""
    return answer_of(
        lambda: _text(str(error)),
        lambda broken: f"<its message cannot be shown: {type_name_of(type(broken))}>",
        SECONDS_FOR_TEXT,
    )


def reason_of(error: BaseException) -> str:
    """Return an error in one line: its type and its message, shortened."""
    return f"{type_name_of(type(error))}: {abridged(text_of(error), LONGEST_REASON)}"


def abridged(text: str, longest: int) -> str:
    """Return a text, or only its beginning and its end if it is too long."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n[{len(text) - 2 * half:,} characters are left out]\n{text[-half:]}"


def _text(text: str) -> str:
    """Return a plain text for one of a subclass, whose methods are the user's."""
    return str.__str__(text)
