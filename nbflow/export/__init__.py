"""Writes a notebook's graph as a FlowSpec script.

`refusal` says what no script can express. `plan` arranges the steps so that FlowSpec can run them and decides which
attribute holds each name, `methods` writes a method for each step, `sharing` finds steps that may change objects of
others, and `write_flow` puts the script together. `marks` notes the cell of each part, and `outdated` compares.
"""
