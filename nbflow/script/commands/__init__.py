"""Offers the command line of a script, `python flow.py run`: one module for each group of commands.

`command_line` is where a script enters. `configured` settles the configs first, because they decide which options the
commands of `group` have.
"""
