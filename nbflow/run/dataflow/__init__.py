"""Decides which artifacts reach a task: along the edges of a script, or by the names that cells read."""
