"""Keeps values: objects that are written once and named by their content, and the catalog of the runs that made them.

`Store` is the entry. `pickling` turns values into streams and buffers, and finds which names share objects; `blobs`
keeps the bytes; `catalog` keeps rows about runs, tasks and artifacts in SQLite; `values` describes artifacts: their
references, summaries and losses.
"""
