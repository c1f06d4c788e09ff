"""Makes the environments of steps: uv resolves their requirements to locks, and builds one environment for each lock.

`resolve_locks` answers from the user's cache where it can; `build_environment` returns the interpreter of a lock.
"""
