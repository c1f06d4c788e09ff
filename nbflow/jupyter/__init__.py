"""Holds the front end in Jupyter: the kernel's magics, the server extension, and the messages for the panel."""
