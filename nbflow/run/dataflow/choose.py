"""Chooses how artifacts reach the tasks of a run."""

from __future__ import annotations

from typing import assert_never

from nbflow.flow.graph.graph import Passage
from nbflow.run.dataflow.by_edge import ByEdge
from nbflow.run.dataflow.by_name import ByName
from nbflow.run.dataflow.dataflow import Dataflow
from nbflow.run.events.task_table import Tasks


def choose_dataflow(known: Tasks) -> Dataflow:
    """Return the dataflow of a run, as its graph asks for it."""
    match known.graph.passage:
        case Passage.BY_NAME:
            return ByName(known)
        case Passage.BY_EDGE:
            return ByEdge(known)
        case _:
            assert_never(known.graph.passage)
