"""Which files code reads and writes, as far as its text says, and the order that follows."""
