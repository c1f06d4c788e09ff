"""Reads, writes and converts notebook files, and makes a flow of an ordinary notebook.

`read` turns an `.ipynb` or a `.py` file with `# %%` cells into a flow, `convert` rewrites step headers, `arguments`
gives every parameter a value, and `init` plans and writes the step headers that an ordinary notebook needs.
"""
