"""Notebook files: reading, writing, converting, and making a flow of an ordinary one."""
