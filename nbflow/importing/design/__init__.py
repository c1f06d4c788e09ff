"""What the notebook is to be, decided before a line of it is written."""
