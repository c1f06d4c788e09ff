"""Reads FlowSpec classes into the same steps and links as cells.

`classes` holds their methods and transitions, `reads` finds the artifacts that a method may read, `links` makes the
graph, and `class_rules` finds mistakes.
"""
