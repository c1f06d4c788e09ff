"""FlowSpec scripts: Metaflow's language on nbflow's graph, run machine and store."""
