"""Says in words why a worker gave no answer about a task."""

from __future__ import annotations

import signal
from dataclasses import replace

from nbflow.errors import NbflowError
from nbflow.flow.syntax.specs import Options
from nbflow.run.events.events import Failure, FailureKind
from nbflow.run.workers.channel import CONNECTION_CLOSED
from nbflow.run.workers.workers import HostLost, JobCancelled, JobTimedOut, WorkerDied, WorkersMissing, WorkerStopped
from nbflow.store.values.user_code import reason_of, type_name_of

MISLED = Failure(
    FailureKind.STALE, "InputChanged", "a step that ran beside it has changed what it reads, so it runs again"
)


def describe_missing_answer(error: Exception, options: Options) -> Failure:
    """Return the failure that says in words why a worker gave no answer about a task of a step with these options."""
    if isinstance(error, JobTimedOut):
        return Failure(
            FailureKind.TIMEOUT, "Timeout", f"it ran longer than its --timeout of {options.timeout:g} s and was killed"
        )
    if isinstance(error, WorkerDied):
        return Failure(
            FailureKind.CRASH, "ProcessDied", f"its process died: {describe_exit(error.exitcode)}{_limit(options)}"
        )
    if isinstance(error, WorkerStopped):
        return Failure(
            FailureKind.CRASH,
            "ProcessStopped",
            "its process was stopped by a signal such as SIGSTOP; nobody continued it, so it was killed",
        )
    if isinstance(error, JobCancelled):
        return MISLED
    if isinstance(error, HostLost):
        hosts = " and ".join(error.hosts)
        return Failure(FailureKind.CRASH, "HostLost", f"its process died: the host was lost ({hosts}; out of memory?)")
    if isinstance(error, NbflowError):  # a host, a resource or an environment that cannot be had
        return Failure(FailureKind.CRASH, type(error).__name__, str(error))
    if isinstance(error, WorkersMissing):
        return _not_started(error.cause, options)
    return Failure(
        FailureKind.CRASH, type_name_of(type(error)), f"its worker could not send back the result: {reason_of(error)}"
    )


def _not_started(cause: Failure, options: Options) -> Failure:
    """Return the failure of a task whose script cannot be imported, which may be the fault of its environment."""
    message = f"its worker could not start: {cause.message}"
    if options.env and cause.type.rpartition(".")[2] == "ModuleNotFoundError":
        message += ". The environment of a step needs all that the script imports at its top: add it to @pypi or --env"
    return replace(cause, kind=FailureKind.CRASH, message=message)


def _limit(options: Options) -> str:
    """Name the limit of the memory, at which compiled code may end its process."""
    if options.memory is None or not options.memory.is_limit:
        return ""
    return (
        f". It may take {options.memory.size / 10**6:.0f} MB (--memory with '!'), which may be the reason: "
        "give it more, or remove the '!'"
    )


def describe_exit(code: int) -> str:
    """Say in words how a process ended. A negative exit code is the number of the signal that killed it."""
    if code == 0:
        return "it exited with code 0 in the middle of the step"
    if code == CONNECTION_CLOSED:
        return "it closed its connection to nbflow. Close only file descriptors that the step itself has opened"
    if code >= 0:
        return f"it exited with code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = {"SIGKILL": " (out of memory?)", "SIGSEGV": " (segmentation fault in compiled code)"}.get(name, "")
    return f"it was killed by {name}{hint}"
