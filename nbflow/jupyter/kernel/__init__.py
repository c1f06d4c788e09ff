"""Runs steps, flows and restores in a notebook's own kernel.

IPython calls `magics.py`, which owns one `Session`. A session is a `LiveNotebook` (the cells, the namespace and the
store as they are now) with two ways to execute steps: `StepRunner` runs one step in the kernel, inside the run that
`interactive.py` keeps open, and `WorkerRuns` runs a whole flow in worker processes. `broadcast.py` tells the panel
what goes on; `verbs/` holds the verbs of `%flow`.
"""
