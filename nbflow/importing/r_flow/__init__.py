"""Makes a notebook of a flow for Metaflow's R package: `metaflow("X") %>% parameter(…) %>% step(…) %>% run()`.

`r_nodes` has R parse the script, which is never evaluated; `r_pipeline` reads the calls of the pipe, `r_bodies` says
what a function does to `self` and writes it as a cell, and `r_drafts` writes the cells of the notebook.
"""
