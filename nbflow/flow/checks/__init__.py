"""Rules that say whether a flow makes sense: one function per rule, each with its message and its fix."""
