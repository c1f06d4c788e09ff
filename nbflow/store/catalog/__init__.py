"""Keeps rows about runs, tasks and artifacts in one SQLite file.

`schema` opens the file and creates its tables; `reader` and `writer` are the only ways to its rows, which `rows`
describes. `trust` signs what tasks made, and decides whose pickles may be loaded. `sweep` deletes old runs, `audit`
checks every object.
"""
