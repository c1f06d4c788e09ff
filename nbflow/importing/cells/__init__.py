"""Writes the cells of an imported notebook: headers, bodies with their new names, and the cells above the steps."""
