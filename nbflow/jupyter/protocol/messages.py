"""What kernel, server and panel tell each other. `python -m nbflow.jupyter.protocol` writes it as TypeScript.

Times are seconds since 1970, durations seconds, sizes bytes. A step goes by its name, a task by its run's number and
its own number in that run, or as users write it: `7/fit[3]`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbflow.jupyter.protocol.typescript import write_typescript
from nbflow.progress.status import RunStatus, StepStatus

PROTOCOL = 1
"""Grows when a message changes its meaning; a panel that finds another number says which side to update."""

COMM = "nbflow"
"""The id of the comm on which the kernel broadcasts. Nobody opens it and nobody answers."""

MIME = "application/vnd.nbflow.v1+json"
"""What the kernel answers to the panel's own requests, as a display."""


# the flow


@dataclass(frozen=True, slots=True)
class Edge:
    """`names` are the artifacts that travel along it; none where a step only waits. `joins`: it closes a foreach."""

    step: str
    names: tuple[str, ...] = ()
    joins: bool = False


@dataclass(frozen=True, slots=True)
class StepFacts:
    """One step of the graph. `cell` is the id of its cell, `number` counts the notebook's cells from 1."""

    name: str
    cell: str
    number: int
    mark: str = ""  # "foreach cfg in grid, join fit": what its header says besides the name
    upstream: tuple[Edge, ...] = ()
    scope: tuple[str, ...] = ()  # the foreachs it runs inside, outermost first, itself included when it is one
    rank: int = 0  # longest path from a source
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowShape:
    """The graph, in document order, which is always a valid order. `version` changes when it does."""

    flow: str
    document: str
    version: str
    steps: tuple[StepFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLine:
    """How far a step is. `total` counts its tasks, one unless it is inside a foreach, and grows while those split.

    `reasons` say why it is stale, and the last one which error it failed with. `run` is the number of the run that says
    so. `began` is when the first of the tasks that run now did. `outdated`: it is stale besides, as what has failed can
    be.
    """

    step: str
    status: StepStatus
    total: int = 1
    running: int = 0
    done: int = 0
    reused: int = 0
    skipped: int = 0
    failed: int = 0
    seconds: float = 0.0
    began: float | None = None
    run: int | None = None
    reasons: tuple[str, ...] = ()
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run. The numbers of tasks are those of all steps together."""

    number: int
    kind: str  # "run", "resume" or "interactive", that of a kernel session
    status: RunStatus
    started: float
    finished: float | None = None
    parameters: Mapping[str, Any] | None = None
    tags: tuple[str, ...] = ()
    origin: int | None = None
    user: str = ""
    total: int = 0
    done: int = 0
    reused: int = 0
    failed: int = 0


# what the kernel broadcasts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that goes on in the kernel, whole: a lost message costs nothing.

    `lines` are of the steps that take part. `shape` is left out of most messages of a large graph, and comes at least
    every two seconds. The last message of a run has its `finished`; so has that of a kernel session for which nothing
    runs any more, until another step is executed.
    """

    protocol: int
    path: str  # of the notebook, as the kernel knows it; "" where it does not
    version: str
    run: RunLine | None
    lines: tuple[StepLine, ...]
    shape: FlowShape | None = None


# what the server answers


@dataclass(frozen=True, slots=True)
class ParameterField:
    """One field of the form. `value` and `default` are as they would be typed; `type` as annotated: "int", "File"."""

    name: str
    type: str
    default: str
    value: str  # of the newest run
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """What is wrong with the flow, where, and what to do about it. `line` counts in the cell, from 1."""

    message: str
    fix: str
    where: str
    cell: str
    line: int
    step: str | None
    warning: bool


@dataclass(frozen=True, slots=True)
class FlowState:
    """The notebook as it is in the front end, unsaved cells included, against what is stored.

    `run` is the newest run, or the one that goes on.
    """

    protocol: int
    shape: FlowShape
    lines: tuple[StepLine, ...]
    parameters: tuple[ParameterField, ...]
    problems: tuple[ProblemLine, ...]
    run: RunLine | None
    store: str


@dataclass(frozen=True, slots=True)
class RunList:
    """Newest first."""

    runs: tuple[RunLine, ...]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task. `label` is as users write it, `fit[3]`; `item` is the foreach item in a few words."""

    run: int
    number: int
    step: str
    label: str
    item: str
    status: StepStatus
    started: float | None
    finished: float | None
    seconds: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as it was: its graph, and how far its steps came."""

    run: RunLine
    shape: FlowShape
    lines: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class TaskList:
    """Tasks in the order in which they began, of one step or of all; those of the run that was asked for, else of the
    newest that has any."""

    run: RunLine | None
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class ArtifactLine:
    """A stored value, from its summary. `head` is an HTML table of the first rows, `image` a PNG in base64."""

    name: str
    type: str
    text: str
    shape: tuple[int, ...] | None
    dtype: str | None
    size: int
    columns: tuple[tuple[str, str], ...] = ()
    head: str = ""
    image: str = ""
    lost: tuple[str, ...] = ()  # what of it could not be stored
    source: str = ""  # of an input: the task that wrote it, "7/clean"


@dataclass(frozen=True, slots=True)
class FrameLine:
    """One line of a traceback; `cell` is the id of a cell of the notebook, "" for code elsewhere."""

    where: str
    function: str
    source: str
    cell: str
    line: int


@dataclass(frozen=True, slots=True)
class FailureLine:
    type: str
    message: str
    traceback: str
    frames: tuple[FrameLine, ...]


@dataclass(frozen=True, slots=True)
class TaskState:
    """All about one task. `outputs` are in the format of a notebook: so far, while it runs.

    `why` says what has changed since, so that it would run again. `signer` is who wrote it, where that is somebody
    whom the user does not trust: "nobody" where nobody has signed it. Of a join, one input named `inputs` stands for
    the tasks of each step that it joins.
    """

    task: TaskLine
    run: RunLine
    artifacts: tuple[ArtifactLine, ...]
    inputs: tuple[ArtifactLine, ...]
    outputs: tuple[Mapping[str, Any], ...]
    failure: FailureLine | None
    key: str
    attempt: int
    source: str  # of a reused one: the task it is from, "3/fit[2]"
    why: tuple[str, ...]
    restorable: bool
    signer: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs; `then` or `now` is "-" where it is not there."""

    name: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class RunDiff:
    """What differs between two runs. `code` are unified diffs, one for each definition or step."""

    then: int
    now: int
    parameters: tuple[Change, ...]
    code: tuple[str, ...]
    artifacts: tuple[Change, ...]
    environment: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class ProposedName:
    """A name for a step that a cell could be, made of what it writes; `header` is the whole first line."""

    name: str
    header: str


# what the kernel answers when asked


@dataclass(frozen=True, slots=True)
class NameLine:
    """A name that a restore binds: what it would hold, and what it holds now, in a few words."""

    name: str
    type: str
    text: str
    now: str = ""


@dataclass(frozen=True, slots=True)
class RestorePreview:
    """What a restore would do. `strangers` are names of nbflow's that the checkpoint lacks, removed unless kept.

    `lost` cannot be restored; `to_map` and `to_load` are bytes.
    """

    address: str
    added: tuple[NameLine, ...]
    changed: tuple[NameLine, ...]
    kept: tuple[NameLine, ...]
    strangers: tuple[str, ...]
    defined: tuple[str, ...]
    lost: tuple[str, ...]
    notes: tuple[str, ...]
    to_map: int
    to_load: int


MESSAGES: tuple[type, ...] = (
    StepStatus, RunStatus, Edge, StepFacts, FlowShape, StepLine, RunLine, Snapshot, ParameterField, ProblemLine,
    FlowState, RunList, TaskLine, RunState, TaskList, ArtifactLine, FrameLine, FailureLine, TaskState, Change, RunDiff,
    ProposedName, NameLine, RestorePreview,
)  # fmt: skip

TYPESCRIPT = Path(__file__).parents[3] / "labextension/src/state/protocol.ts"
"""Where the panel's copy is, in a checkout."""


def in_typescript() -> str:
    constants = {"PROTOCOL": PROTOCOL, "COMM": COMM, "MIME": MIME}
    return write_typescript(MESSAGES, constants, "python -m nbflow.jupyter.protocol")


def write_protocol(arguments: Sequence[str]) -> int:
    """Write the panel's copy; with `--check` only say whether it is fresh."""
    if "--check" not in arguments:
        TYPESCRIPT.write_text(in_typescript(), "utf-8")
        return 0
    if TYPESCRIPT.exists() and TYPESCRIPT.read_text("utf-8") == in_typescript():
        return 0
    print(
        f"{TYPESCRIPT.name} does not match nbflow/jupyter/protocol: run python -m nbflow.jupyter.protocol",
        file=sys.stderr,
    )
    return 1
