"""Represents the text of a document: cells, places and lines, and IPython lines rewritten as Python."""
