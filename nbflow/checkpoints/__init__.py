"""What the names held after a task, and how they come to hold it again in a live kernel."""
