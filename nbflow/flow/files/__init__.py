"""Finds the files that code reads and writes, judged by its text, and the order of steps that follows.

`paths` computes the texts that an expression may have, `uses` finds what is done to them, and `fileorder` decides which
steps must wait for each other.
"""
