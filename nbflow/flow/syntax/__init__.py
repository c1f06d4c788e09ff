"""Reads what a cell states: its header, its parameters, and the step or the definitions in it."""
