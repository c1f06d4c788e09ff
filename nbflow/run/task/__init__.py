"""One task: its inputs, its body, and the artifacts that it makes."""
