"""Tests steps in R with the Rscript of this machine, and skips them with the reason where there is none."""
