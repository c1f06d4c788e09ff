"""Holds what a run executes: the flow with its parameters and modules, and the keys of its tasks.

`Program` is what a worker is sent. `keys` decides whether two tasks must give the same results; `local_modules` finds
the project's own files among the imports, and `module_state` the state that these files keep.
"""
