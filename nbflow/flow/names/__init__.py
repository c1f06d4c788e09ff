"""What a piece of Python binds, reads, changes and imports."""
