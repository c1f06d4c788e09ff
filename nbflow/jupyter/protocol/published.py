"""Writes all messages between kernel, server and panel as a module of TypeScript."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from nbflow.history.results import Best
from nbflow.jupyter.protocol.help_messages import DemoNotebook, ManualLink, ManualPage, OptionHelp, options_help
from nbflow.jupyter.protocol.messages import (
    COMM,
    MIME,
    PROTOCOL,
    ArtifactLine,
    Edge,
    FailureLine,
    FlowShape,
    FlowState,
    FrameLine,
    NameLine,
    OutputList,
    ParameterField,
    ProblemLine,
    RestorePreview,
    RunLine,
    RunList,
    RunState,
    Snapshot,
    StepFacts,
    StepLine,
    StepOutputs,
    TaskLine,
    TaskList,
    TaskState,
)  # fmt: skip
from nbflow.jupyter.protocol.overview_messages import FlowLine, FlowList, SpaceList, StoreSpace, StoreTrouble
from nbflow.jupyter.protocol.plan_messages import CellEdit, FlowPlan, ParameterOffer, PlannedRow, RepairEdits
from nbflow.jupyter.protocol.repair_messages import REPAIRS, RepairKind, RepairLine, RepairList
from nbflow.jupyter.protocol.table_messages import (
    Change,
    Displays,
    FrameHeads,
    RunComparison,
    RunResults,
    TableColumn,
    TaskGrid,
)  # fmt: skip
from nbflow.jupyter.protocol.typescript import write_typescript
from nbflow.jupyter.protocol.value_messages import (
    ColumnBar,
    ColumnStatistics,
    HeatMap,
    OddCell,
    SheetColumn,
    SheetFacts,
    SheetWindow,
    ValueDisplay,
    ValueFace,
    ValueFacts,
    ValuePart,
    ValueParts,
    ValueText,
    ValueVersion,
    ValueVersions,
)  # fmt: skip
from nbflow.notebook.init.planned_kind import PlannedKind
from nbflow.progress.status import RunStatus, StepStatus

MESSAGES: tuple[type, ...] = (
    StepStatus, RunStatus, RepairKind, RepairLine, RepairList, Edge, StepFacts, FlowShape, StepLine, RunLine,
    Snapshot, ParameterField, ProblemLine,
    FlowState, RunList, TaskLine, RunState, TaskList, ArtifactLine, FrameLine, FailureLine, TaskState, StepOutputs,
    OutputList, NameLine, RestorePreview, Best, TableColumn, TaskGrid, RunResults, Change, Displays,
    FrameHeads, RunComparison, PlannedKind, PlannedRow, ParameterOffer, CellEdit, FlowPlan, RepairEdits, ValueFace,
    OddCell, SheetColumn, SheetWindow, SheetFacts, ValuePart, ValueFacts, ColumnBar, ColumnStatistics, HeatMap,
    ValueParts, ValueText, ValueDisplay, ValueVersion, ValueVersions,
    OptionHelp, ManualLink, ManualPage, DemoNotebook, StoreTrouble, FlowLine, FlowList, StoreSpace, SpaceList,
)  # fmt: skip

TYPESCRIPT = Path(__file__).parents[3] / "labextension/src/state/protocol.ts"
"""The panel's copy of the messages, in a checkout."""


def in_typescript() -> str:
    """Return all messages as a TypeScript module."""
    constants = {"PROTOCOL": PROTOCOL, "COMM": COMM, "MIME": MIME, "REPAIRS": REPAIRS}
    tables = {"STEP_OPTIONS": (OptionHelp, options_help())}
    return write_typescript(MESSAGES, constants, "python -m nbflow.jupyter.protocol", tables)


def write_protocol(arguments: Sequence[str]) -> int:
    """Write the panel's copy of the messages; with `--check`, only compare it. Return the exit code."""
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
