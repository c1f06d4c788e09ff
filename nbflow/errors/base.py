"""The bases of every error."""

from __future__ import annotations


class NbflowError(Exception):
    """The base of all: `except NbflowError` catches whatever nbflow itself has to say."""


class MetaflowException(NbflowError):
    """The base of what scripts raise: a flow, a parameter or a decorator that makes no sense."""

    headline = "Flow failed"


class MetaflowNotFound(MetaflowException):
    """Raised for a flow, run, step, task or artifact that is not there."""
