"""Lists the names that Python itself gives to all code."""

from __future__ import annotations

import builtins

_OF_IPYTHON = frozenset({"get_ipython", "display", "__IPYTHON__"})
_OF_SITE = frozenset({"exit", "quit", "copyright", "credits", "license", "help"})  # IPython removes `exit` and `quit`
BUILTINS = frozenset(dir(builtins)) - _OF_IPYTHON | _OF_SITE
"""The names are those of plain Python, also when this runs under IPython."""
