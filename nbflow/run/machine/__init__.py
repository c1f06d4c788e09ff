"""Decides what a run does next: a pure state machine with events in and instructions out.

`RunPlan` says which steps take part; `RunMachine` holds the state and reads it through `bindings` (what a task reads),
`skipping` (whether a task can run) and `partners` (which names share objects).
"""
