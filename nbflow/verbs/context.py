"""Names the entries of the click context through which a front end gives a verb what it needs."""

from __future__ import annotations

FLOW = "nbflow.flow"
"""Holds the flow of the notebook, once the notebook is read."""

GIVEN = "nbflow.given"
"""Holds the values of the parameters that were given on the command line."""

WORKSPACE = "nbflow.workspace"
"""Holds the workspace, when a verb is used inside a notebook and not in a shell."""

CLUSTER = "nbflow.cluster"
"""Holds the value of `--on`: the cluster that a run is to use; None for this machine."""

NOTEBOOK_VARIABLES = "nbflow.variables"
"""Holds the variables of the notebook by their names, when a verb is used inside one: a cluster may be among them."""

PERFORM = "nbflow.perform"
"""Holds the `Perform` function of the front end, which runs a request."""
