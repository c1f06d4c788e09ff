"""Finds which names a piece of Python binds, reads, changes and imports.

`names_of` in `code` is the entry: it walks a body along every path and returns its `Names`. `scope` reads nested
functions and classes, `strings` finds names inside strings, `purity` decides which expressions may be shared code, and
`code_digest` names code by what it does, not by its layout.
"""
