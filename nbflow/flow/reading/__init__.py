"""Reads the cells of a document into a flow: its steps, and the prelude that they share.

`cells` reads each cell by itself, then `prelude` sorts the statements of ordinary cells into prelude and scratch.
"""
