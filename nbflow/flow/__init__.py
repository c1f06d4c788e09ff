"""Describes what a flow is: cells become steps, names become edges. It is pure: it reads no files and imports neither
IPython nor pickle.

`source` holds cells and their text, `names` finds what code reads and writes, `effects` and `files` find what it does
beside that. `syntax` reads headers, parameters and step bodies; `reading` builds a `FlowSource` from all cells of a
document. `graph` links its steps, `checks` finds mistakes, and `flowspec` reads FlowSpec classes into the same steps
and edges.
"""
