"""Performs the tasks of a run on other hosts. dask.distributed carries the messages; each host has a pool of its own.

The driver's `DaskWorkers` sends jobs. In a dask worker, `RunPlugin` hands them to an `Agent`, a process that has a
`LocalWorkers`; so a task is killed, timed and captured there as it is on the driver's own machine.
"""
