"""What scripts raise, under the names that a user's `except` knows from Metaflow."""

from __future__ import annotations

from collections.abc import Iterable

from nbflow.errors.base import MetaflowException, NbflowError


class InvalidNextException(MetaflowException):
    """Raised by a `self.next(…)` that cannot be followed."""


class InvalidDecorator(MetaflowException):
    """Raised for a decorator that nbflow does not have, that stands twice, or in the wrong place."""


class TimeoutException(MetaflowException):
    """Raised in a step that ran longer than its `@timeout`."""


class UnstorableArtifact(MetaflowException):
    """Raised when a step has put something on `self` that cannot be stored."""

    def __init__(self, name: str, path: str, was: str, reason: str) -> None:
        self.name, self.path, self.was, self.reason = name, path, was, reason
        where = "" if path == name else f" (at {path})"
        super().__init__(
            f'Cannot pickle dump artifact named "{name}"{where}: a {was} cannot be stored ({reason}). '
            "Keep what it can be made from, or do not put it on self"
        )


class ChangeLeftBehind(MetaflowException):
    """Raised in an exported script for a change that names of the object in another branch would not see."""

    def __init__(self, step: str, name: str, reader: str, notebook: str) -> None:
        self.step, self.name, self.reader, self.notebook = step, name, reader, notebook
        super().__init__(
            f"step '{step}' changed an object that '{name}' reaches as well, and '{reader}' takes '{name}' from a "
            f"branch beside it, where it is as before. In {notebook} it sees the change: run the notebook once with "
            f"nbflow run {notebook}, so that nbflow knows of it, and export it again; or let '{step}' change a copy"
        )


class PreludeChanged(MetaflowException):
    """Raised in an exported script for a change of what stands at its top, which other steps would not see."""

    def __init__(self, step: str, name: str, reader: str, notebook: str) -> None:
        self.step, self.name, self.reader, self.notebook = step, name, reader, notebook
        super().__init__(
            f"step '{step}' changed '{name}', which the script makes anew in every process, so that '{reader}' would "
            f"see it as before. In {notebook} it sees the change: keep what changes in an artifact, and give it to the "
            "functions that use it"
        )


class UnknownDraw(MetaflowException):
    """Raised in an exported script for a step that draws random numbers from a state that nobody has handed to it."""

    def __init__(self, step: str, module: str, notebook: str) -> None:
        self.step, self.module, self.notebook = step, module, notebook
        super().__init__(
            f"step '{step}' has drawn random numbers from the global generator of {module}, which its code does not "
            f"show, so they are not those of {notebook}: run the notebook once with nbflow run {notebook}, so that "
            f"nbflow knows of it, and export it again; or write --seed N in the header of '{step}'"
        )


class UnhandledInMergeArtifactsException(MetaflowException):
    """Raised by `merge_artifacts` when inputs disagree about a name; nothing is merged then."""

    def __init__(self, names: Iterable[str]) -> None:
        self.artifact_names = sorted(names)
        listed = ", ".join(self.artifact_names)
        super().__init__(
            f"the inputs disagree about {listed}: set self.{self.artifact_names[0]} before merge_artifacts, "
            f"or exclude={self.artifact_names}"
        )


class MissingInMergeArtifactsException(MetaflowException):
    """Raised by `merge_artifacts` for a name in `include` that no input has."""

    def __init__(self, names: Iterable[str]) -> None:
        self.artifact_names = sorted(names)
        super().__init__(f"no input has {', '.join(self.artifact_names)}: take it out of include")


class ExternalCommandFailed(MetaflowException):
    """Raised by scripts for a command that they have run."""

    headline = "External command failed"


class ParserValueError(MetaflowException):
    """Raised by the parsers of nbflow for a line that they cannot read."""

    headline = "Value error"

    def __init__(self, line: str, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"'{line}' cannot be read: {reason}")


class MulticoreException(NbflowError):
    """Raised by `parallel_map` when the function has failed in a child process."""


class FailureHandledByCatch(MetaflowException):
    """What `@catch` stores when the process of the task died or was killed."""


class ParameterFieldFailed(MetaflowException):
    """Raised when the function that gives a parameter its default fails, or gives something of another type."""


class MetaflowNamespaceMismatch(MetaflowException):
    """Raised for a run that exists, in another namespace."""

    def __init__(self, namespace: str | None) -> None:
        self.namespace = namespace
        super().__init__(f"object not in namespace '{namespace}': call namespace(None) to see all")


class MetaflowTaggingError(MetaflowException):
    """Raised for tags that are too many, too long, or not the user's to take away."""
