"""Runs flows: a pure state machine decides, an executor performs, worker processes run the steps.

`launch` starts a run. `executor` turns the instructions of `machine` into jobs for `workers` and the answers into
`events`, which `journal` writes to the catalog before anyone hears of them. `task` runs one step cell in a worker,
`program` holds what a worker is sent and computes the keys of tasks, `output` captures what a step shows, and
`surroundings` keeps steps from changing the process that they share.
"""
