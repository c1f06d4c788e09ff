"""The page of a run: what it says, what it leaves out, and how it looks."""
