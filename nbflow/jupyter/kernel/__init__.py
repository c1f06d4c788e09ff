"""Steps, runs and restores in a notebook's own kernel."""
