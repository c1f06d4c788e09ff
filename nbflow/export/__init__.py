"""From a notebook's graph to a FlowSpec script."""
