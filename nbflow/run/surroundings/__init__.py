"""What a task shares with its process and its machine: working folder, signals, children, files."""
