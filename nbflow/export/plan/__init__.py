"""The flow as FlowSpec can say it: which steps wait for each other, and where every name that is read was written."""
