"""Runs a prepared script: from its parameters to a finished run in the store.

`launch_script` starts a run, and `spinning` performs one step of a stored run again. `script_performer` performs one
task in a worker. `console` prints what happens, and `hooks` calls the functions of `@exit_hook` at the end.
"""
