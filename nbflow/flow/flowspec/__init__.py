"""FlowSpec classes as they are written, read into the same steps and links as cells."""
