"""What was asked for is not there, or asked for in a form that names nothing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from nbflow.errors.base import MetaflowNotFound, NbflowError


class AddressError(NbflowError):
    """Raised for a text that names no task."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' names no task: write fit, fit[3], fit[0,2] when nested, or 7/fit[3] in run 7")


class PathspecError(NbflowError, ValueError):
    """Raised for a pathspec with too few or too many parts."""

    def __init__(self, pathspec: str, form: str) -> None:
        self.pathspec, self.form = pathspec, form
        super().__init__(f"'{pathspec}' is no pathspec of the form {form}")


class VerbUnknown(NbflowError):
    """Raised for a word after %flow that is no verb, or for one that is used wrongly."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class UnknownName(MetaflowNotFound):
    """Raised for a step, run or artifact that is not there; `nearest` is what may have been meant."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(name, self.known, 1)
        self.nearest = near[0] if near else None
        hint = f"did you mean '{self.nearest}'?" if near else f"there is {', '.join(self.known) or 'none'}"
        super().__init__(f"no {kind} '{name}': {hint}")


class NotInClient(UnknownName, KeyError):
    """Raised for what a flow, run, step or task of the client does not have under that name."""

    __str__ = Exception.__str__


class TaskUnknown(NbflowError):
    """Raised for the address of a task that a step does not have in a run."""

    def __init__(self, address: str, run: int, known: list[str]) -> None:
        self.address, self.run, self.known = address, run, known
        listed = ", ".join(known) if len(known) < 4 else f"{known[0]} to {known[-1]}"
        super().__init__(f"run {run} has no task {address}: there is {listed}")


class NoRunYet(NbflowError):
    """Raised when something is asked about the runs of a flow that never ran."""

    def __init__(self, flow: str, root: object) -> None:
        self.flow, self.root = flow, root
        super().__init__(f"flow '{flow}' has not run yet (there is no run of it in {root}): run it with nbflow run")
