"""Inside Jupyter: the kernel, the server extension and what the panel is told."""
