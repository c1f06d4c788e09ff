"""Writes the folder of which a container image is built: the flow, its files, its exact packages, and the recipe."""
