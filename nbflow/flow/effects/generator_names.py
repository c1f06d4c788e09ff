"""Names the states of the global random generators, which are artifacts that the notebook does not name."""

PYTHON, NUMPY, TORCH = "random state", "NumPy random state", "PyTorch random state"


GENERATORS = frozenset({PYTHON, NUMPY, TORCH})
"""The names of the states. They contain a space, so that no Python name is equal to them."""
