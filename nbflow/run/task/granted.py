"""Gives a task what its step asks for while its body runs: its processors, its GPUs, and no more than its memory."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from nbflow.errors import MemoryLimitLow
from nbflow.flow.syntax.specs import StepSpec
from nbflow.run.task.cost import read_peak, read_status
from nbflow.run.task.job import Job
from nbflow.store.values.user_code import text_of

GPU_VARIABLE = "CUDA_VISIBLE_DEVICES"
"""The variable that tells libraries which GPUs a process may use."""

_HELD = b"VmData:"
_ROOM = 1 << 24  # bytes that a body can always use beside what its process has
_REFUSED = re.compile(
    r"(?:can.?t|cannot|could not|unable to|failed to) (?:allocate|start new thread)|out of memory"
    r"|allocation (?:of .{1,40} )?failed",
    re.IGNORECASE,
)
_LOOKED_AT = 10_000  # characters of a message


def granted(step: StepSpec, job: Job) -> AbstractContextManager[object]:
    """Give the body of a task its processors, its GPUs and its memory; a step that asks for nothing pays nothing."""
    if step.options.cpu == 1 and not job.gpus and job.memory_limit is None:
        return nullcontext()
    return _with_all(step, job)


@contextmanager
def _with_all(step: StepSpec, job: Job) -> Iterator[None]:
    with _threads(step.options.cpu), with_gpus(job.gpus), limited_memory(step.name, job.memory_limit):
        yield


def _threads(cpu: int) -> AbstractContextManager[object]:
    """Let numerical libraries use the cores that a step asks for; otherwise each worker keeps its share."""
    if cpu == 1:
        return nullcontext()
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 - 30 ms to import, and few steps ask for it

    limits: AbstractContextManager[object] = threadpool_limits(cpu)
    return limits


@contextmanager
def with_gpus(gpus: tuple[str, ...]) -> Iterator[None]:
    """Let libraries see only these GPUs; all of the process if there are none."""
    if not gpus:
        yield
        return
    before = os.environ.get(GPU_VARIABLE)
    os.environ[GPU_VARIABLE] = ",".join(gpus)
    try:
        yield
    finally:
        os.environ.pop(GPU_VARIABLE, None)
        os.environ.update({} if before is None else {GPU_VARIABLE: before})


@contextmanager
def limited_memory(step: str, limit: int | None) -> Iterator[None]:
    """Let this process get no memory beyond a limit in bytes; errors that come from it say so. Only Linux can do that.

    Raises MemoryLimitLow if the process has nearly as much before.
    """
    if limit is None or sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415 - Windows has no such module

    if (held := read_status(_HELD) or 0) + _ROOM > limit:
        raise MemoryLimitLow(step, limit, held + _ROOM)
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_least(limit, soft, hard), hard))
    try:
        yield
    except BaseException as error:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        if _is_for_memory(error):
            error.add_note(_explain(step, limit, read_peak() or 0))
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _least(*limits: int) -> int:
    return min(one for one in limits if one >= 0)  # a negative one stands for infinity


def _is_for_memory(error: BaseException) -> bool:
    return (
        isinstance(error, MemoryError)
        or getattr(error, "errno", None) == errno.ENOMEM
        or _REFUSED.search(text_of(error)[:_LOOKED_AT]) is not None
    )


def _explain(step: str, limit: int, peak: int) -> str:
    more = f"--memory {-(-2 * limit // 10**6)}MB!"
    return (
        f"step '{step}' may take {limit / 10**6:.0f} MB (--memory with '!'), and its process held "
        f"{peak / 10**6:.0f} MB at most before it asked for more: give it more, such as {more}, or remove the '!'"
    )
