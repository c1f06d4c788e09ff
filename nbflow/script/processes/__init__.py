"""Starts other processes for scripts: `Runner`, `parallel_map`, and a flow class that is called in a session."""
