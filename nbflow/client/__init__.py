"""Results from Python, under the names that Metaflow's client has: Flow, Run, Step, Task, DataArtifact.

    run = Flow("movies").latest_successful_run
    for task in run["fit"].tasks:
        print(task.index, task.data.score)

A pathspec is `Flow/run/step/task/artifact`, as far as it is needed: `Run("movies/7")`, `Task("movies/7/fit/12")`.
Everything is read from the store of the working directory when it is asked for. Collections are newest first; tasks of
a step are in the order of their items. What does not exist raises UnknownName, which offers the nearest name;
`[…]` raises NotInClient, which is a KeyError as well.
"""

from __future__ import annotations

from nbflow.client.artifact import Data, DataArtifact
from nbflow.client.flow import Flow, Metaflow
from nbflow.client.namespaces import default_namespace, get_namespace, namespace
from nbflow.client.places import default_metadata, get_metadata, inspect_spin, metadata
from nbflow.client.run import Run
from nbflow.client.several import Several
from nbflow.client.step import Step
from nbflow.client.task import Task

__all__ = [
    "Data", "DataArtifact", "Flow", "Metaflow", "Run", "Several", "Step", "Task", "default_metadata",
    "default_namespace", "get_metadata", "get_namespace", "inspect_spin", "metadata", "namespace",
]  # fmt: skip

for _stored in (DataArtifact, Flow, Run, Several, Step, Task):
    _stored.__module__ = __name__  # they can be artifacts, and a store knows a class by the module it is said to be in
