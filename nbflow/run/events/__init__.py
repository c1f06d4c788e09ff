"""Defines the events of a run, the table of tasks that they change, and how events are stored and replayed."""
