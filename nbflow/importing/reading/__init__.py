"""Reads a script without executing it: its class, its methods, and what is around them."""
