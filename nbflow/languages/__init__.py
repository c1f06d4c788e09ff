"""Runs the cells of steps that are written in other languages than Python."""
