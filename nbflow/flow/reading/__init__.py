"""From a document's cells to a flow: its steps, and the prelude that they share."""
