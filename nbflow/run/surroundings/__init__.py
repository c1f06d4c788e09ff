"""Handles what a task shares with its process and its machine: working folder, signals, child processes, files."""
