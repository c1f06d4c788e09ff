"""Runs R code in a process of R for each task, and takes values there and back.

`run_r` is the entry. `values_to_r` and `columns_to_r` turn Python values into vectors of R, `values_from_r` and
`columns_from_r` turn vectors into Python values, and `r_vector` writes and reads their bytes; `values.R` does the same
in R. `r_process` starts `driver.R` and passes on what it prints and draws.
"""
