"""Reads the results of runs from Python, under the names of Metaflow's client: Flow, Run, Step, Task, DataArtifact.

Example:
    run = Flow("movies").latest_successful_run
    for task in run["fit"].tasks:
        print(task.index, task.data.score)

A pathspec is `Flow/run/step/task/artifact`, cut after the part that you want: `Run("movies/7")`,
`Task("movies/7/fit/12")`. Every object reads from the store of the working directory at the moment when you ask it.
Flows list their runs newest first; steps list their tasks in the order of the foreach items. A name that does not exist
raises UnknownName, which suggests the nearest name; `[…]` raises NotInClient, which is also a KeyError.
"""

from __future__ import annotations

from nbflow.client.artifact import Data, DataArtifact
from nbflow.client.flow import Flow, Metaflow
from nbflow.client.namespaces import default_namespace, get_namespace, namespace
from nbflow.client.run import Run
from nbflow.client.several import Several
from nbflow.client.step import Step
from nbflow.client.stores import default_metadata, get_metadata, inspect_spin, metadata
from nbflow.client.task import Task

__all__ = [
    "Data", "DataArtifact", "Flow", "Metaflow", "Run", "Several", "Step", "Task", "default_metadata",
    "default_namespace", "get_metadata", "get_namespace", "inspect_spin", "metadata", "namespace",
]  # fmt: skip

for _stored in (DataArtifact, Flow, Run, Several, Step, Task):
    _stored.__module__ = __name__  # users can store them as artifacts, and the store names a class by its module
