"""Performs `%flow VERB …`: the verbs of the shell on the open notebook, and the verbs that only a live kernel has."""
