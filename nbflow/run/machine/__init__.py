"""Decides what a run does next: a pure state machine with events in and instructions out.

`RunPlan` says which steps take part. `RunMachine` holds the state, and asks a `Dataflow` what each task reads and hands
on.
"""
