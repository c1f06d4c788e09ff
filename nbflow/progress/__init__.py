"""Describes a run while it goes and after it: status, counts, lines, tables and pictures.

`status` has the one enum for the status of a step. `tally` counts the tasks of each step from the events of a run;
`narrator` turns events into lines of text, and `table` shows the counts. `pictures` draws the graph.
"""
