"""Runs jobs in worker processes on this machine: the fork server, the pool, and what happens inside a worker."""
