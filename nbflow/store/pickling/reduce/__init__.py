"""How types are taken apart that pickle does not store, or stores badly."""
