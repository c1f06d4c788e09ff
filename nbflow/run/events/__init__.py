"""What happens in a run: events, the table of tasks that they make, and how they are kept and replayed."""
