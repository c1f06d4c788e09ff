"""Writes the methods of a script: what each takes in, its body word for word, what it passes on, where it leads."""
