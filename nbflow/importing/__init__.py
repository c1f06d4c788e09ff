"""From a FlowSpec script to a notebook, and edits of an exported script back to the cells they came from."""
