"""Runs the verbs from a shell: `nbflow VERB NOTEBOOK …`."""
