"""Defines the artifact that `@catch` stores: an exception that can be read even if its class cannot be imported."""

from __future__ import annotations

import contextlib
import pickle
import traceback

from nbflow.errors import FailureHandledByCatch


class MetaflowExceptionWrapper(Exception):
    """Holds an exception: `.type` is its class with the module, `.exception` its text, `.stacktrace` its traceback."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.type = f"{type(error).__module__}.{type(error).__name__}"
        self.exception = str(error)
        self.stacktrace = "".join(traceback.format_exception(error))
        self.original: bytes | None = None
        with contextlib.suppress(Exception):  # an exception that cannot be pickled has only its text
            self.original = pickle.dumps(error)

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (self.type, self.exception, self.stacktrace, self.original)

    def __str__(self) -> str:
        return self.stacktrace

    def __repr__(self) -> str:
        return str(self)


def wrap(error: BaseException) -> MetaflowExceptionWrapper:
    """Return what `@catch` stores of an error, even if the error cannot tell its text."""
    try:
        return MetaflowExceptionWrapper(error)
    except Exception as another:  # noqa: BLE001 - whatever the user's `__str__` raises
        reason = f"{type(error).__name__}, whose text cannot be had: {type(another).__name__}"
        return MetaflowExceptionWrapper(FailureHandledByCatch(reason))


def _restore(kind: str, text: str, stacktrace: str, original: bytes | None) -> MetaflowExceptionWrapper:
    wrapper = MetaflowExceptionWrapper.__new__(MetaflowExceptionWrapper)
    Exception.__init__(wrapper, text)
    wrapper.type, wrapper.exception, wrapper.stacktrace, wrapper.original = kind, text, stacktrace, original
    return wrapper
