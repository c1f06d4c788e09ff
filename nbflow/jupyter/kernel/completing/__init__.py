"""Completes the headers of steps and the `%flow` lines of a notebook."""
