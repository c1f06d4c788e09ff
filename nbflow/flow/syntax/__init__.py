"""What a cell states: its header, its parameters, and the step or definitions that it makes."""
