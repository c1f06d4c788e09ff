"""The commands of a script, one module for each group of them."""
