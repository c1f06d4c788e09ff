"""What a run executes: the flow with its parameters, its modules, and the keys of its tasks."""
