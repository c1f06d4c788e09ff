"""Defines every error of nbflow, one module for each domain.

Each error keeps its facts as fields, and its text says what to do. `except NbflowError` catches all of them. The
classes for scripts (`script_errors`) have the names that Metaflow gives them.
"""

from __future__ import annotations

from nbflow.errors.base import MetaflowException, MetaflowNotFound, NbflowError, SystemRefused
from nbflow.errors.file_errors import TargetExists, TargetUnwritable
from nbflow.errors.flow_errors import (
    DefaultError,
    FlowRefused,
    HeaderError,
    NoDrawing,
    NotANotebook,
    NothingToRun,
    ParameterError,
    ParameterMissing,
)
from nbflow.errors.name_errors import (
    AddressError,
    NoRunYet,
    NotInClient,
    PathspecError,
    TaskUnknown,
    UnknownName,
    VerbUnknown,
)
from nbflow.errors.restore_errors import CheckpointNameTaken, NotACheckpoint, NothingToUndo, PreludeFailed, RestoreError
from nbflow.errors.run_errors import (
    AncestorsMissing,
    ChangeNotPassedOn,
    InputLost,
    NameTaken,
    NotStorable,
    OutputMissing,
    ParameterChanged,
    StepExited,
    TasksFailed,
)
from nbflow.errors.script_errors import (
    ChangeLeftBehind,
    ExternalCommandFailed,
    FailureHandledByCatch,
    InvalidDecorator,
    InvalidNextException,
    MetaflowNamespaceMismatch,
    MetaflowTaggingError,
    MissingInMergeArtifactsException,
    ParameterFieldFailed,
    PreludeChanged,
    TimeoutException,
    UnhandledInMergeArtifactsException,
    UnknownDraw,
    UnstorableArtifact,
)
from nbflow.errors.store_errors import (
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
    "AddressError",
    "AncestorsMissing",
    "BlobCorrupt",
    "BlobMissing",
    "ChangeLeftBehind",
    "ChangeNotPassedOn",
    "CheckpointNameTaken",
    "CodeChanged",
    "DefaultError",
    "ExternalCommandFailed",
    "FailureHandledByCatch",
    "FlowRefused",
    "HeaderError",
    "InputLost",
    "InvalidDecorator",
    "InvalidNextException",
    "LoadFailed",
    "LostValue",
    "MetaflowException",
    "MetaflowNamespaceMismatch",
    "MetaflowNotFound",
    "MetaflowTaggingError",
    "MissingInMergeArtifactsException",
    "NameTaken",
    "NbflowError",
    "NoDrawing",
    "NoRunYet",
    "NotACheckpoint",
    "NotANotebook",
    "NotInClient",
    "NotStorable",
    "NothingToRun",
    "NothingToUndo",
    "OutputMissing",
    "ParameterChanged",
    "ParameterError",
    "ParameterFieldFailed",
    "ParameterMissing",
    "PathspecError",
    "PreludeChanged",
    "PreludeFailed",
    "RestoreError",
    "StepExited",
    "StoreBroken",
    "StoreError",
    "StoreFull",
    "StoreInUse",
    "StoreReadOnly",
    "StoreTooNew",
    "StoreUnreadable",
    "SystemRefused",
    "TargetExists",
    "TargetUnwritable",
    "TaskUnknown",
    "TasksFailed",
    "TimeoutException",
    "UnhandledInMergeArtifactsException",
    "UnknownDraw",
    "UnknownName",
    "UnstorableArtifact",
    "Untrusted",
    "VerbUnknown",
]  # fmt: skip

for _name in __all__:
    # tracebacks and stored failures show this module, so that classes can move between files
    globals()[_name].__module__ = __name__
