"""Plans the flow in FlowSpec's terms: which steps wait for each other, and which attribute holds each name."""
