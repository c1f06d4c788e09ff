"""The command line: `nbflow VERB NOTEBOOK …`."""
