"""Where values live: write-once objects named by their content, and the catalog of the runs that made them."""
