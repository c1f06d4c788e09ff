"""Decides which artifacts reach a task: along the edges of a script, or by the names that cells read.

`Dataflow` is what the run machine asks. `ByName` and `ByEdge` answer it, and `choose_dataflow` picks one of them for a
graph. `partners` tracks which names share objects; only those of cells do.
"""
