"""What the panel is told, as messages of the protocol. Knows no server and no kernel."""
