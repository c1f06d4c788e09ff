"""Defines the errors in a notebook, its flow or the parameters of a run that are found before anything runs."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from nbflow.errors.base import NbflowError

_LONGEST = 200  # the most characters of a value that a message shows


class NotANotebook(NbflowError):
    """Raised for a file that cannot be read as a Python notebook."""

    def __init__(self, path: Path, why: str, fix: str) -> None:
        self.path, self.why, self.fix = path, why, fix
        super().__init__(f"{path} is not a notebook that nbflow can run: {why}; {fix}")


class HeaderError(NbflowError):
    """Raised while the first line of a cell is read, for an unknown option or a value that is not valid.

    `instead` is what to write in the place of which words, if that is the whole fix. `line` is a line of the body, or 0
    for the header.
    """

    def __init__(self, message: str, fix: str, instead: tuple[str, str] | None = None, line: int = 0) -> None:
        self.message, self.fix, self.instead, self.line = message, fix, instead, line
        super().__init__(f"{message}. {fix}")


class DefaultError(NbflowError):
    """Raised while a `%%parameters` cell is read, for a type or a default value that a parameter cannot have."""

    def __init__(self, message: str, fix: str) -> None:
        self.message, self.fix = message, fix
        super().__init__(f"{message}. {fix}")


class FlowRefused(NbflowError):
    """Raised when a flow with errors is to run. `problems` holds the text of every error.

    `found` holds what they are the texts of.
    """

    def __init__(self, found: Sequence[object]) -> None:
        self.found, self.problems = tuple(found), [str(one) for one in found]
        super().__init__("\n".join(self.problems))


class NothingToRun(NbflowError):
    """Raised when a command needs steps and the flow has none."""

    def __init__(self, document: str) -> None:
        self.document = document
        super().__init__(
            f"there is nothing to run: {document} has no steps. Write  %%step NAME  as the first line of a cell, "
            f"or let  nbflow init {shlex.quote(document)}  choose the steps"
        )


class NoDrawing(NbflowError):
    """Raised when a graph is to be drawn and the drawing program is missing or fails."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        fix = "install Graphviz (apt-get install graphviz), or use --mermaid or --dot, which need no other program"
        super().__init__(f"{reason}: {fix}")


class ParameterError(NbflowError):
    """Raised when a value given for a parameter does not have its type."""

    def __init__(self, name: str, value: object, expected: str, example: str) -> None:
        self.name, self.value, self.expected, self.example = name, value, expected, example
        self.shown = _shown(value)
        super().__init__(self.told_of(f"--{name}"))

    def told_of(self, option: str) -> str:
        """Return the message for a command line on which this option sets the parameter."""
        needed = f"parameter '{self.name}' needs {self.expected}, not {self.shown}"
        return f"{needed}. Write for example {option} {self.example}"


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write longer integers as text
        return "a number of more than 4,300 digits"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


class ParameterMissing(NbflowError):
    """Raised when a run starts without a value for a parameter that has no default."""

    def __init__(self, names: list[str], spelling: Callable[[str], str] = "--{}".format) -> None:
        self.names = names
        options = " ".join(f"{spelling(name)} VALUE" for name in names)
        plural = "s" if len(names) > 1 else ""
        verb = "have" if len(names) > 1 else "has"
        listed = ", ".join(names)
        super().__init__(f"no value for parameter{plural} {listed}, which {verb} no default: add {options}")
