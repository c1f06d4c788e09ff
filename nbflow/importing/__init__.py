"""Makes a notebook of a FlowSpec script, and copies edits in an exported script back to the cells they came from.

`reading` takes a script apart without executing it, `design` decides what the notebook will be, and `cells` writes its
cells. `exported` reads a script that nbflow itself has exported, and `sync` copies edited bodies back.
"""
