"""How a run is told while it goes and when it is over: counts, lines, tables and pictures."""
