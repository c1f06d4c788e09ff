"""How artifacts reach tasks."""
