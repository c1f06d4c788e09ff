"""Turns the cells of steps in other languages into Python: one call of a function of `nbflow.languages`."""
