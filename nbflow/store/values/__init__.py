"""Describes stored values without loading them: references, summaries, small pictures, and what was lost."""
