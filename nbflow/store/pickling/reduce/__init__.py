"""Takes apart the types that pickle cannot store, or stores badly: one module per kind, and `registry` to find them."""
