"""Runs one task of a notebook in a process: loads its inputs, executes its body, and stores its artifacts.

`performer` is the main module: it receives a `Job` and returns a `Result`. `namespace` is the `__main__` in which
the body runs, `compiled` its code, `earlier_code` what functions were in earlier runs. `definition_state`,
`random_state` and `traces` find what the body has changed besides its artifacts: functions and constants, random
generators, files.
"""
