"""Decides what the notebook will be, before any cell is written."""
