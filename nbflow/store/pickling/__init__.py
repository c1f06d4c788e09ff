"""Turns values into streams of bytes and back; names that share objects or memory share them again.

`codec.encode` is the way out: it records each value with `pickler`, finds names that share objects (`alias`) or
memory (`array_layout`), and writes one component per group (`component`). `Heap` is the way in: it loads what a task
reads, finds afterwards what the task has changed (`drift`), and lends unchanged objects to the outputs (`lending`).
`reduce` knows how to take special types apart; `rebuild` holds the functions that stored streams call.
"""
