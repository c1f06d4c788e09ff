"""Defines the messages between kernel, server and panel; `table_messages` and `plan_messages` have others.

Times are seconds since 1970, durations are seconds, sizes are bytes. A message refers to a step by its name, and to a
task by the number of its run and its own number in that run, or as users write it: `7/fit[3]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbflow.jupyter.protocol.repair_messages import RepairLine
from nbflow.progress.status import RunStatus, StepStatus

PROTOCOL = 1
"""The version of the protocol. It grows when a message changes its meaning; a panel then says which side to update."""

COMM = "nbflow"
"""The id of the comm on which the kernel broadcasts; the front end does not open it or answer."""

MIME = "application/vnd.nbflow.v1+json"
"""The MIME type in which the kernel answers the panel's requests, as a display."""


# the flow


@dataclass(frozen=True, slots=True)
class Edge:
    """Connects two steps. `names` are the artifacts that are read; none if a step only waits.

    `joins` tells whether the edge closes a foreach.
    """

    step: str
    names: tuple[str, ...] = ()
    joins: bool = False


@dataclass(frozen=True, slots=True)
class StepFacts:
    """Describes a step of the graph. `cell` is the id of its cell, `number` counts the notebook's cells from 1."""

    name: str
    cell: str
    number: int
    mark: str = ""  # the rest of its header: "foreach cfg in grid, join fit"
    upstream: tuple[Edge, ...] = ()
    scope: tuple[str, ...] = ()  # the foreachs around it, outermost first; with itself, if it is a foreach
    rank: int = 0  # longest path from a source
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowShape:
    """Describes the graph. Steps are in document order, which is always a valid order; `version` changes with them."""

    flow: str
    document: str
    version: str
    steps: tuple[StepFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class StepLine:
    """Tells the progress of a step. `total` counts its tasks; inside a foreach it grows while the foreach splits.

    `reasons` say why the step is stale; the last reason names the error if it failed. `run` is the number of the run
    that these facts come from. `began` is when the first of the running tasks began. `outdated`: the step is stale as
    well, for example after it has failed.
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
    """Describes a run. The numbers of tasks count all steps together."""

    number: int
    kind: str  # "run", "resume", or "interactive" for the run of a kernel session
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
    note: str = ""
    pinned: bool = False


# broadcasts of the kernel


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tells everything that goes on in the kernel. Each message is complete, so that a lost one does no harm.

    `lines` are those of the steps that take part. For a large graph, most messages omit `shape`, but one message every
    two seconds has it. The last message of a run has `finished`. In a kernel session, the last message of each executed
    step has it too. `client` is the front end whose request has started the run: only there are outputs written.
    """

    protocol: int
    path: str  # the notebook's path in the kernel, "" if unknown
    version: str
    run: RunLine | None
    lines: tuple[StepLine, ...]
    shape: FlowShape | None = None
    client: str = ""


# answers of the server


@dataclass(frozen=True, slots=True)
class ParameterField:
    """Describes a form field. `value` and `default` are as users type them; `type` is the annotation: "int"."""

    name: str
    type: str
    default: str
    value: str  # the value in the newest run
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """Describes a problem of the flow, its place, and how to fix it. `line` counts the lines of the cell from 1.

    `repair` does it without the user, if there is a way.
    """

    message: str
    fix: str
    where: str
    cell: str
    line: int
    step: str | None
    warning: bool
    repair: RepairLine | None = None


@dataclass(frozen=True, slots=True)
class FlowState:
    """Compares the notebook in the front end, with its unsaved cells, with the stored runs.

    `run` is the run that goes on, else the newest; `parameters` hold the values of `newest`, whatever goes on.
    `copy_of` is the flow of the notebook that this one was copied from and whose runs it does not share, "" if there is
    none. `clusters` are the names that `--on` knows here. `lost_id` is the id under which the runs of this notebook are
    stored, if it has none: its file was not saved since.
    """

    protocol: int
    shape: FlowShape
    lines: tuple[StepLine, ...]
    parameters: tuple[ParameterField, ...]
    problems: tuple[ProblemLine, ...]
    run: RunLine | None
    store: str
    copy_of: str
    clusters: tuple[str, ...] = ()
    lost_id: str = ""
    newest: RunLine | None = None


@dataclass(frozen=True, slots=True)
class RunList:
    """Lists runs, the newest first."""

    runs: tuple[RunLine, ...]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """Describes a task. `label` is its name as users write it, `fit[3]`; `item` is the foreach item in a few words."""

    run: int
    number: int
    step: str
    label: str
    item: str
    status: StepStatus
    started: float | None
    finished: float | None
    seconds: float | None
    memory: int | None  # bytes
    cpu_seconds: float | None
    host: str  # of a cluster; "" for the machine of the run
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunState:
    """Describes an earlier run: its graph, and how far its steps came."""

    run: RunLine
    shape: FlowShape
    lines: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class TaskList:
    """Lists the tasks of all steps in the order in which they began.

    They belong to the requested run, else to the newest run that has any.
    """

    run: RunLine | None
    tasks: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class ArtifactLine:
    """Describes a stored value. `head` is an HTML table of the first rows, `image` a PNG image in base64.

    `task` is the number of the task that holds it, 0 for the inputs of a join, which are several values.
    """

    name: str
    type: str
    text: str
    shape: tuple[int, ...] | None
    dtype: str | None
    size: int
    columns: tuple[tuple[str, str], ...] = ()
    head: str = ""
    image: str = ""
    lost: tuple[str, ...] = ()  # the parts that could not be stored
    source: str = ""  # for an input: the task that wrote it, "7/clean"
    task: int = 0


@dataclass(frozen=True, slots=True)
class FrameLine:
    """Describes a line of a traceback. `cell` is the id of a cell of the notebook, "" for code elsewhere."""

    where: str
    function: str
    source: str
    cell: str
    line: int


@dataclass(frozen=True, slots=True)
class FailureLine:
    """Describes the error of a task."""

    type: str
    message: str
    traceback: str
    frames: tuple[FrameLine, ...]


@dataclass(frozen=True, slots=True)
class TaskState:
    """Holds all facts about a task. `outputs` are in the format of a notebook; while the task runs, those so far.

    `why` says what has changed since, so that the task would run again. `signer` is the author of the task,
    name and fingerprint, if the user does not trust them; "nobody" if the task is not signed. A join has one input
    named `inputs` for each step that it joins.
    """

    task: TaskLine
    run: RunLine
    artifacts: tuple[ArtifactLine, ...]
    inputs: tuple[ArtifactLine, ...]
    outputs: tuple[Mapping[str, Any], ...]
    failure: FailureLine | None
    key: str
    attempt: int
    source: str  # for a reused task: the task that it was taken from, "3/fit[2]"
    why: tuple[str, ...]
    restorable: bool
    signer: str | None


@dataclass(frozen=True, slots=True)
class StepOutputs:
    """Holds what stands under the cell of a step; while the step runs, the outputs so far.

    `widgets` are the states of the widgets in `outputs`, by model. `source` is the run that the result was taken from.
    """

    step: str
    status: StepStatus
    outputs: tuple[Mapping[str, Any], ...]
    widgets: Mapping[str, Any]
    tasks: int
    failed: int
    seconds: float
    source: int | None = None


@dataclass(frozen=True, slots=True)
class OutputList:
    """Holds the outputs of some steps of a run."""

    run: RunLine
    steps: tuple[StepOutputs, ...]


# answers of the kernel


@dataclass(frozen=True, slots=True)
class NameLine:
    """Describes a name that a restore binds, its new value, and its value now, in a few words."""

    name: str
    type: str
    text: str
    now: str = ""


@dataclass(frozen=True, slots=True)
class RestorePreview:
    """Tells what a restore would do. `strangers` are names that steps bound and the checkpoint lacks; they are removed
    unless the user keeps them.

    `lost` are values that cannot be restored; `to_map` and `to_load` are numbers of bytes.
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
