"""Steps, linked. Edges are made here and nowhere else."""
