"""What the store says of a value without loading it."""
