"""Finds what code changes beside its names: shared objects, the process, random generators."""
