"""Compares the runs in a store with each other and with the flow as it is now.

`archive` reads runs as they were, with the flow linked again from the cells of that time. `versions` compares two
versions of a flow and says why a step is stale; it is pure. `step_states` gives the status of every step today,
`differences` what differs between two runs, and `report` writes a run as an HTML page.
"""
