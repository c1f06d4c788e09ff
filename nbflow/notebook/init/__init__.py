"""Makes a flow of an ordinary notebook: plans steps, names them, and writes their headers."""
