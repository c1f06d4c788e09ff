"""Defines the messages of kernel, server and panel. `python -m nbflow.jupyter.protocol` writes them as TypeScript."""
