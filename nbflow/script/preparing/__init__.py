"""Turns a FlowSpec class into steps and a graph, before anything runs.

`settling` finds the configs and calls the mutators, `read_class` reads the class and its source files, and `prepared`
links and checks the result. `prepare` in `prepared` does all of this.
"""
