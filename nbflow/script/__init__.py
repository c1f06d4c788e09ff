"""Runs FlowSpec scripts: Metaflow's language on nbflow's graph, run machine and store.

`language` and `inputs` define what an author writes. `preparing` turns the class into a graph, `execution` runs it,
`commands` is its command line, and `processes` starts scripts and functions beside this process. `wrapper` stays in
this folder because notebooks that were made of scripts import it by this name.
"""
