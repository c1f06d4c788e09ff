"""Texts and places: cells, lines, encodings, and the lines of IPython as Python."""
