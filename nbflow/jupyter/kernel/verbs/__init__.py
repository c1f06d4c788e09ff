"""`%flow VERB …`: the verbs of the shell on the notebook that is open, and those that only a live kernel has."""
