"""Every error of nbflow, one module a domain. Each holds its facts as fields; its text says what to do."""

from __future__ import annotations

from nbflow.errors.base import MetaflowException, MetaflowNotFound, NbflowError, SystemRefused
from nbflow.errors.flow import (
    DefaultError,
    FlowRefused,
    HeaderError,
    NoDrawing,
    NotANotebook,
    NothingToRun,
    ParameterError,
    ParameterMissing,
)
from nbflow.errors.names import AddressError, NoRunYet, PathspecError, TaskUnknown, UnknownName, VerbUnknown
from nbflow.errors.restore import CheckpointNameTaken, NotACheckpoint, NothingToUndo, PreludeFailed, RestoreError
from nbflow.errors.run import (
    AncestorsMissing,
    ChangeNotPassedOn,
    InputLost,
    NotStorable,
    OutputMissing,
    ParameterChanged,
    StepExited,
    TasksFailed,
)
from nbflow.errors.script import (
    ChangeLeftBehind,
    FailureHandledByCatch,
    InvalidDecorator,
    InvalidNextException,
    MetaflowNamespaceMismatch,
    MetaflowTaggingError,
    MissingInMergeArtifactsException,
    ParameterFieldFailed,
    TaskTimeout,
    UnhandledInMergeArtifactsException,
    UnstorableArtifact,
)
from nbflow.errors.store import (
    BlobCorrupt,
    BlobMissing,
    CodeChanged,
    LoadFailed,
    LostValue,
    StoreBroken,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreadable,
    Untrusted,
)

__all__ = [
    "AddressError", "AncestorsMissing", "BlobCorrupt", "BlobMissing", "ChangeLeftBehind",
    "ChangeNotPassedOn",
    "CheckpointNameTaken", "CodeChanged",
    "DefaultError", "FailureHandledByCatch", "FlowRefused", "HeaderError", "InputLost", "InvalidDecorator",
    "InvalidNextException",
    "LoadFailed", "LostValue", "MetaflowException", "MetaflowNamespaceMismatch", "MetaflowNotFound",
    "MetaflowTaggingError", "MissingInMergeArtifactsException", "NbflowError", "NoDrawing", "NoRunYet",
    "NotACheckpoint", "NotANotebook", "NotStorable", "NothingToRun", "NothingToUndo", "OutputMissing",
    "ParameterChanged",
    "ParameterError",
    "ParameterFieldFailed", "ParameterMissing", "PathspecError", "PreludeFailed", "RestoreError", "StepExited",
    "StoreBroken", "StoreError", "StoreFull", "StoreInUse", "StoreReadOnly", "StoreTooNew", "StoreUnreadable",
    "SystemRefused", "TaskTimeout", "TaskUnknown", "TasksFailed", "UnhandledInMergeArtifactsException", "UnknownName",
    "UnstorableArtifact", "Untrusted", "VerbUnknown",
]  # fmt: skip

for _name in __all__:
    globals()[_name].__module__ = __name__  # as tracebacks and stored failures call it, wherever it is written
