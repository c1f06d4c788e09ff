"""What a flow is. Pure: no files, no IPython, no pickle."""
