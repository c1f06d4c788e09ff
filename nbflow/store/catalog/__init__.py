"""Rows about runs, tasks and artifacts in SQLite, and who may trust them."""
