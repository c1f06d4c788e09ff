"""Exports the exceptions that scripts catch, under the module name and class names that Metaflow uses."""

from __future__ import annotations

from nbflow.errors import (
    ExternalCommandFailed,
    FailureHandledByCatch,
    InvalidDecorator,
    InvalidNextException,
    MetaflowException,
    MetaflowNamespaceMismatch,
    MetaflowNotFound,
    MetaflowTaggingError,
    MissingInMergeArtifactsException,
    ParameterFieldFailed,
    PathspecError,
    TimeoutException,
    UnhandledInMergeArtifactsException,
)
from nbflow.script.wrapper import MetaflowExceptionWrapper

MetaflowInvalidPathspec = PathspecError
InvalidDecoratorAttribute = InvalidDecorator
ParameterFieldTypeMismatch = ParameterFieldFailed

__all__ = [
    "ExternalCommandFailed",
    "FailureHandledByCatch",
    "InvalidDecoratorAttribute",
    "InvalidNextException",
    "MetaflowException",
    "MetaflowExceptionWrapper",
    "MetaflowInvalidPathspec",
    "MetaflowNamespaceMismatch",
    "MetaflowNotFound",
    "MetaflowTaggingError",
    "MissingInMergeArtifactsException",
    "ParameterFieldFailed",
    "ParameterFieldTypeMismatch",
    "TimeoutException",
    "UnhandledInMergeArtifactsException",
]
