"""Checks whether a flow makes sense: one function per rule, each with its message and its fix.

`check_flow` in `rules` is the entry. It runs every rule, and `causes` then reports one problem for each cause. A new
rule goes into the module of its subject, and its function into the tuple at the end of that module.
"""
