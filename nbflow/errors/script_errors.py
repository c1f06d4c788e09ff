"""Defines the errors that scripts raise, under the names that an `except` clause knows from Metaflow."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from nbflow.errors.base import MetaflowException, NbflowError


class InvalidNextException(MetaflowException):
    """Raised by a `self.next(…)` that cannot be followed."""


class InvalidDecorator(MetaflowException):
    """Raised for a decorator that nbflow does not have, that is used twice, or that is in the wrong place."""


class TimeoutException(MetaflowException):
    """Raised in a step that has run longer than its `@timeout`."""


class UnstorableArtifact(MetaflowException):
    """Raised when a step put an object on `self` that cannot be stored."""

    def __init__(self, name: str, path: str, was: str, reason: str) -> None:
        self.name, self.path, self.was, self.reason = name, path, was, reason
        where = "" if path == name else f" (at {path})"
        super().__init__(
            f'Cannot pickle dump artifact named "{name}"{where}: a {was} cannot be stored ({reason}). '
            "Store the data from which it can be made again, or do not put it on self"
        )


class ChangeLeftBehind(MetaflowException):
    """Raised in an exported script when a step changes an object that a parallel branch uses without the change."""

    def __init__(self, step: str, name: str, reader: str, notebook: str) -> None:
        self.step, self.name, self.reader, self.notebook = step, name, reader, notebook
        super().__init__(
            f"step '{step}' changed an object that '{name}' also refers to, and '{reader}' reads '{name}' from a "
            f"parallel branch, where it is unchanged. In {notebook} it sees the change: run the notebook once with "
            f"nbflow run {shlex.quote(notebook)}, so that nbflow records it, then export it again; if "
            f"it has run already, let '{step}' change a copy"
        )


class PreludeChanged(MetaflowException):
    """Raised in an exported script when a step changes an object from its top, which other steps would not see."""

    def __init__(self, step: str, name: str, reader: str, notebook: str) -> None:
        self.step, self.name, self.reader, self.notebook = step, name, reader, notebook
        super().__init__(
            f"step '{step}' changed '{name}', which every process of the script defines again, so '{reader}' would "
            f"see it unchanged. In {notebook} it sees the change: keep what changes in an artifact, and pass it to the "
            "functions that use it"
        )


class UnknownDraw(MetaflowException):
    """Raised in an exported script when a step draws random numbers from a state that no step above passed on."""

    def __init__(self, step: str, module: str, notebook: str) -> None:
        self.step, self.module, self.notebook = step, module, notebook
        super().__init__(
            f"step '{step}' drew random numbers from the global generator of {module}, which its code does not "
            f"show, so they differ from those in {notebook}: run the notebook once with "
            f"nbflow run {shlex.quote(notebook)}, so that nbflow records the draw, then export it again; "
            f"or write --seed N in the header of '{step}'"
        )


class UnhandledInMergeArtifactsException(MetaflowException):
    """Raised by `merge_artifacts` when inputs have different values for a name. Nothing is merged then."""

    headline = "Unhandled artifacts in merge"

    def __init__(self, names: Iterable[str]) -> None:
        self.artifact_names = sorted(names)
        listed = ", ".join(self.artifact_names)
        super().__init__(
            f"the inputs disagree about {listed}: set self.{self.artifact_names[0]} before merge_artifacts, "
            f"or exclude={self.artifact_names}"
        )


class MissingInMergeArtifactsException(MetaflowException):
    """Raised by `merge_artifacts` for a name in `include` that no input has."""

    headline = "Missing artifacts in merge"

    def __init__(self, names: Iterable[str]) -> None:
        self.artifact_names = sorted(names)
        super().__init__(f"no input has {', '.join(self.artifact_names)}: remove it from include")


class ExternalCommandFailed(MetaflowException):
    """Raised by scripts when a command that they started has failed."""

    headline = "External command failed"


class ScriptMissing(MetaflowException, FileNotFoundError):
    """Raised by `Runner` for a file that does not exist."""

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(f"{file} is not a file: give the path of a script")


class RunNotStarted(MetaflowException, RuntimeError):
    """Raised by `Runner` for a script that ended before it had a run."""

    def __init__(self, script: str, code: int, printed: str) -> None:
        self.script, self.code, self.printed = script, code, printed
        reason = printed.strip() or f"it ended with exit code {code} and printed nothing. Does it call its flow?"
        super().__init__(f"{script} started no run: {reason}")


class OptionRefused(RunNotStarted, ValueError, TypeError):
    """Raised by `Runner` for an option that the script does not have, or for a value of another type."""


class ParserValueError(MetaflowException):
    """Raised by the parsers of nbflow for a line that they cannot read."""

    headline = "Value error"

    def __init__(self, line: str, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"'{line}' cannot be read: {reason}")


class MulticoreException(NbflowError):
    """Raised by `parallel_map` when the function has failed in a child process."""


class FailureHandledByCatch(MetaflowException):
    """Stands in the artifact that `@catch` stores when the process of the task died or was killed."""


class ParameterFieldFailed(MetaflowException):
    """Raised when the function that computes a parameter's default fails, or returns a value of another type."""

    headline = "Parameter field failed"


class MetaflowNamespaceMismatch(MetaflowException):
    """Raised for a run that exists, but in another namespace."""

    headline = "Object not in the current namespace"

    def __init__(self, namespace: str | None) -> None:
        self.namespace = namespace
        super().__init__(f"object not in namespace '{namespace}': call namespace(None) to see all runs")


class MetaflowTaggingError(MetaflowException):
    """Raised for tags that are too many or too long, and for system tags, which users cannot remove."""

    headline = "Tagging error"
