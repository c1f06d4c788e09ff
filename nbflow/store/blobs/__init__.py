"""Bytes named by their content, and the places that keep them."""
