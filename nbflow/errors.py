"""Every error of nbflow. Each holds its facts as fields; its text says what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class NbflowError(Exception):
    """The base of all: `except NbflowError` catches whatever nbflow itself has to say."""


class MetaflowException(NbflowError):
    """The base of what scripts raise: a flow, a parameter or a decorator that makes no sense."""

    headline = "Flow failed"


class MetaflowNotFound(MetaflowException):
    """Raised for a flow, run, step, task or artifact that is not there."""


class NotStorable(NbflowError, TypeError):
    """Raised while an artifact is stored that stands for tasks, not for a value."""

    def __init__(self, what: str, fix: str) -> None:
        self.what, self.fix = what, fix
        super().__init__(f"{what} cannot be an artifact: {fix}")


class OutputMissing(NbflowError):
    """Raised when a body ended without binding a name that the flow expects of it."""

    def __init__(self, step: str, names: list[str]) -> None:
        self.step, self.names = step, names
        listed = ", ".join(f"'{name}'" for name in names)
        super().__init__(f"step '{step}' ended without binding {listed}: bind it on every path, or correct --out")


class HeaderError(NbflowError):
    """Raised while the first line of a cell is read: an option that is not one, or a value that makes no sense."""

    def __init__(self, message: str, fix: str) -> None:
        self.message, self.fix = message, fix
        super().__init__(f"{message}. {fix}")


class ParameterError(NbflowError):
    """Raised when a value given for a parameter is not of its type."""

    def __init__(self, name: str, value: object, expected: str, example: str) -> None:
        self.name, self.value, self.expected, self.example = name, value, expected, example
        super().__init__(f"parameter '{name}' needs {expected}, not {value!r}. Write for example --{name} {example}")


class DefaultError(NbflowError):
    """Raised while a `%%parameters` cell is read: a type or a default that a parameter cannot have."""

    def __init__(self, message: str, fix: str) -> None:
        self.message, self.fix = message, fix
        super().__init__(f"{message}. {fix}")


class StoreError(NbflowError):
    """The base of what the store has to say."""


class StoreFull(StoreError):
    """Raised when there is no room left to write a blob or a row; nothing half-written stays behind."""

    def __init__(self, root: object, size: int, reason: str) -> None:
        self.root, self.size, self.reason = root, size, reason
        wanted = f" for {size:,} bytes" if size else ""
        super().__init__(f"no room{wanted} in {root} ({reason}): free some space, or run `nbflow gc --keep 1`")


class StoreReadOnly(StoreError):
    """Raised when the store must be written and its files do not let us."""

    def __init__(self, root: object, reason: str) -> None:
        self.root, self.reason = root, reason
        super().__init__(
            f"cannot write to {root} ({reason}): change its permissions, or set NBFLOW_HOME to a folder of yours"
        )


class StoreTooNew(StoreError):
    """Raised when a store was written in a format that this nbflow does not know yet."""

    def __init__(self, root: object, found: int, known: int, needs: str) -> None:
        self.root, self.found, self.known, self.needs = root, found, known, needs
        super().__init__(
            f"{root} has format {found}, this nbflow reads up to {known}: install nbflow {needs} or later, "
            "or set NBFLOW_HOME to another folder"
        )


class StoreBroken(StoreError):
    """Raised when the catalog cannot be used: it is not a database, is damaged, locked for too long, or not there."""

    def __init__(self, root: object, reason: str, fix: str) -> None:
        self.root, self.reason, self.fix = root, reason, fix
        super().__init__(f"{root}: {reason}. {fix}")


class StoreInUse(StoreError):
    """Raised by gc while a run holds the store."""

    def __init__(self, root: object, runs: tuple[str, ...]) -> None:
        self.root, self.runs = root, runs
        who = f"run {', '.join(runs)} is" if runs else "somebody is"
        super().__init__(f"{who} writing to {root}: let it finish or cancel it, then run gc again")


class BlobMissing(StoreError):
    """Raised when a blob that something refers to is not there."""

    def __init__(self, digest: str, artifact: str = "") -> None:
        self.digest, self.artifact = digest, artifact
        whose = f" of artifact '{artifact}'" if artifact else ""
        super().__init__(
            f"object {digest}{whose} is missing from the store: `nbflow verify` forgets it, then run the step again"
        )


class BlobCorrupt(StoreError):
    """Raised when a blob is not what its name says."""

    def __init__(self, digest: str, reason: str, artifact: str = "") -> None:
        self.digest, self.reason, self.artifact = digest, reason, artifact
        whose = f" of artifact '{artifact}'" if artifact else ""
        super().__init__(
            f"object {digest}{whose} is damaged ({reason}): `nbflow verify` forgets it, then run the step again"
        )


class LoadFailed(StoreError):
    """Raised when a stored artifact cannot be made into an object again."""

    def __init__(self, artifact: str, cause: BaseException) -> None:
        self.artifact, self.cause = artifact, cause
        super().__init__(
            f"artifact '{artifact}' cannot be loaded ({type(cause).__name__}: {cause}): "
            "restore what it needs (a module, a class), or run its step again"
        )


class LostValue(StoreError):
    """Raised by any use of a value that could not be stored; its place is kept by a tombstone."""

    def __init__(self, path: str, was: str, reason: str) -> None:
        self.path, self.was, self.reason = path, was, reason
        super().__init__(f"'{path}' was a {was} and could not be stored ({reason}): run the step that makes it again")


class NotANotebook(NbflowError):
    """Raised for a file that cannot be read as a Python notebook."""

    def __init__(self, path: Path, why: str, fix: str) -> None:
        self.path, self.why, self.fix = path, why, fix
        super().__init__(f"{path} is not a notebook that nbflow can run: {why}; {fix}")


class FlowRefused(NbflowError):
    """Raised when a run is asked of a flow with errors; `problems` are all of them, as text."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class AddressError(NbflowError):
    """Raised for a text that names no task."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"'{text}' names no task: write fit, fit[3], fit[0,2] when nested, or 7/fit[3] in run 7")


class NoDrawing(NbflowError):
    """Raised when a graph is to be drawn and the program that draws is not there, or fails."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        fix = "install Graphviz (apt-get install graphviz), or use --mermaid or --dot, which need nothing"
        super().__init__(f"{reason}: {fix}")


class ParameterMissing(NbflowError):
    """Raised when a run starts without a value for a parameter that has no default."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        options = " ".join(f"--{name} VALUE" for name in names)
        plural = "s" if len(names) > 1 else ""
        verb = "have" if len(names) > 1 else "has"
        listed = ", ".join(names)
        super().__init__(f"no value for parameter{plural} {listed}, which {verb} no default: add {options}")


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


class PathspecError(NbflowError, ValueError):
    """Raised for a pathspec with too few or too many parts."""

    def __init__(self, pathspec: str, form: str) -> None:
        self.pathspec, self.form = pathspec, form
        super().__init__(f"'{pathspec}' is no pathspec of the form {form}")


class UnknownName(MetaflowNotFound):
    """Raised for a step, run or artifact that is not there; `nearest` is what may have been meant."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, sorted(known)
        near = difflib.get_close_matches(name, self.known, 1)
        self.nearest = near[0] if near else None
        hint = f"did you mean '{self.nearest}'?" if near else f"there is {', '.join(self.known) or 'none'}"
        super().__init__(f"no {kind} '{name}': {hint}")


class Untrusted(StoreError):
    """Raised before anything is unpickled that was signed by nobody the user trusts."""

    def __init__(self, what: str, signer: str, root: object) -> None:
        self.what, self.signer, self.root = what, signer, root
        who = f"was signed by {signer}, not by you" if signer else "was signed by nobody"
        super().__init__(
            f"{what} in {root} {who}, and loading it can run any code: look at it with `nbflow status`, "
            f"and if you trust where it comes from, run `nbflow trust {root}`"
        )


class RestoreError(NbflowError):
    """The base of what a restore has to say; the namespace is as it was."""


class NotACheckpoint(RestoreError):
    """Raised when the task to restore did not succeed, or is one of many."""

    def __init__(self, address: str, status: str, tasks: Iterable[str] = ()) -> None:
        self.address, self.status, self.tasks = address, status, tuple(tasks)
        step = address.rpartition("/")[2].partition("[")[0]
        fix = f"look at it with `%flow debug {step}`, or restore the step before it"
        if self.tasks:
            fix = f"name one of its tasks: {', '.join(self.tasks[:4])}" + (", …" if len(self.tasks) > 4 else "")
        super().__init__(f"{address} is {status}, so there is no checkpoint of it: {fix}")


class PreludeFailed(RestoreError):
    """Raised when a definition that a checkpoint needs cannot be executed again."""

    def __init__(self, names: Iterable[str], where: str, cause: BaseException) -> None:
        self.names, self.where, self.cause = sorted(names), where, cause
        super().__init__(
            f"{', '.join(self.names)} ({where}), which the checkpoint needs, cannot be defined "
            f"({type(cause).__name__}: {cause}): install or add what is missing, then restore again"
        )


class NothingToUndo(RestoreError):
    """Raised by undo when every restore of this session has been taken back."""

    def __init__(self) -> None:
        super().__init__("nothing to undo: no restore of this session is left to take back")


class CodeChanged(StoreError):
    """Raised when stored code is not what its digest says, before it is executed."""

    def __init__(self, what: str) -> None:
        self.what = what
        super().__init__(f"the stored code of {what} is damaged: run the step again with today's code")


class CheckpointNameTaken(NbflowError):
    """Raised when a checkpoint by hand is to have the name of a step."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"'{name}' is a step, and its checkpoints are made by running it: choose another name")


# scripts: the names are those that a user's `except` knows from Metaflow


class InvalidNextException(MetaflowException):
    """Raised by a `self.next(…)` that cannot be followed."""


class InvalidDecorator(MetaflowException):
    """Raised for a decorator that nbflow does not have, that stands twice, or in the wrong place."""


class TaskTimeout(MetaflowException):
    """Raised in a step that ran longer than its `@timeout`."""


class UnstorableArtifact(MetaflowException):
    """Raised when a step has put something on `self` that cannot be stored."""

    def __init__(self, name: str, path: str, was: str, reason: str) -> None:
        self.name, self.path, self.was, self.reason = name, path, was, reason
        where = "" if path == name else f" (at {path})"
        super().__init__(
            f"Cannot pickle dump artifact named \"{name}\"{where}: a {was} cannot be stored ({reason}). "
            "Keep what it can be made from, or do not put it on self"
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


class AncestorsMissing(NbflowError):
    """Raised when a step is to run in the kernel and something above it is not stored as it stands now."""

    def __init__(self, step: str, missing: dict[str, str]) -> None:
        """`missing`: step -> how long it took when it last ran, empty when it never did."""
        self.step, self.missing = step, missing
        took = {name: f"last took {seconds}" if seconds else "never ran" for name, seconds in missing.items()}
        listed = ", ".join(f"'{name}' ({how})" for name, how in took.items())
        verb = "is" if len(missing) == 1 else "are"
        super().__init__(
            f"step '{step}' needs {listed}, which {verb} not stored as the notebook stands now. "
            f"Run what is missing: %flow run --to {step}"
        )


class TasksFailed(NbflowError):
    """Raised in the cell of a step whose tasks ran in workers, when some of them failed."""

    def __init__(self, what: str, failures: dict[str, str], total: int, fix: str = "") -> None:
        """`failures`: task -> what it raised, in one line; `total` tasks had a part in it."""
        self.what, self.failures, self.total = what, failures, total
        task, reason = next(iter(failures.items()))
        listed = f"{task} failed · {reason}" + (f" (and {len(failures) - 1} more)" if len(failures) > 1 else "")
        of = f" in {len(failures):,} of {total:,} tasks" if total > 1 else ""
        fix = fix or f"The others are kept. To look into it: %flow debug {task}"
        super().__init__(f"{what} failed{of}: {listed}. {fix}")


class VerbUnknown(NbflowError):
    """Raised for a word after %flow that is no verb, or for one that is used wrongly."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
