"""Defines the errors for names and addresses that do not exist or cannot be read."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.errors.base import MetaflowNotFound, NbflowError


class AddressError(NbflowError):
    """Raised for a text that is not the address of a task."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' names no task: write fit, fit[3], fit[0,2] if nested, or 7/fit[3] for run 7")


class PathspecError(NbflowError, ValueError):
    """Raised for a pathspec that has too few or too many parts."""

    def __init__(self, pathspec: str, form: str) -> None:
        self.pathspec, self.form = pathspec, form
        super().__init__(f"'{pathspec}' is not a pathspec of the form {form}")


class VerbUnknown(NbflowError):
    """Raised when the word after %flow is not a verb, or when a verb is used wrongly."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class UnknownName(MetaflowNotFound):
    """Raised for a step, run or artifact that does not exist. `nearest` is the most similar known name, or None."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        import difflib  # noqa: PLC0415 - most processes never meet an unknown name

        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(name, self.known, 1)
        self.nearest = near[0] if near else None
        choice = f"choose from {', '.join(self.known)}" if self.known else "there is none"
        hint = f"did you mean '{self.nearest}'?" if near else choice
        super().__init__(f"no {kind} '{name}': {hint}")


class NotInClient(UnknownName, KeyError):
    """Raised by the client when a flow, run, step or task has no part with this name."""

    __str__ = Exception.__str__


class TaskUnknown(NbflowError):
    """Raised for the address of a task that a step does not have in a run."""

    def __init__(self, address: str, run: int, known: list[str]) -> None:
        self.address, self.run, self.known = address, run, known
        listed = ", ".join(known) if len(known) < 4 else f"{known[0]} to {known[-1]}"
        super().__init__(f"run {run} has no task {address}: its tasks are {listed}")


class NoRunYet(NbflowError):
    """Raised when a command asks about the runs of a flow that never ran."""

    def __init__(self, flow: str, store: str) -> None:
        self.flow, self.store = flow, store
        super().__init__(f"flow '{flow}' has not run yet ({store} holds no run of it): run it with nbflow run")
