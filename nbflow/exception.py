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


class MetaflowInternalError(MetaflowException):
    """Stands for what Metaflow raises for a fault of its own, so that scripts can name it; nbflow never raises it."""

    headline = "Internal error"


class MetaflowDataMissing(MetaflowException):
    """Stands for what Metaflow raises for missing data of a task; nbflow says MetaflowNotFound."""

    headline = "Data missing"


class MetaflowUnknownUser(MetaflowException):
    """Stands for what Metaflow raises if it cannot tell who the user is; nbflow always can."""

    headline = "Unknown user"


class CommandException(MetaflowException):
    """Stands for what Metaflow raises for a wrong command line; nbflow ends with code 2 there."""

    headline = "Invalid command"


__all__ = [
    "CommandException",
    "ExternalCommandFailed",
    "FailureHandledByCatch",
    "InvalidDecoratorAttribute",
    "InvalidNextException",
    "MetaflowDataMissing",
    "MetaflowException",
    "MetaflowExceptionWrapper",
    "MetaflowInternalError",
    "MetaflowInvalidPathspec",
    "MetaflowNamespaceMismatch",
    "MetaflowNotFound",
    "MetaflowTaggingError",
    "MetaflowUnknownUser",
    "MissingInMergeArtifactsException",
    "ParameterFieldFailed",
    "ParameterFieldTypeMismatch",
    "TimeoutException",
    "UnhandledInMergeArtifactsException",
]
