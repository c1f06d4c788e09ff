"""The names that Python itself gives to all code."""

from __future__ import annotations

import builtins

_OF_IPYTHON = frozenset({"get_ipython", "display", "__IPYTHON__"})
_OF_SITE = frozenset({"exit", "quit", "copyright", "credits", "license", "help"})  # IPython takes two of them away
BUILTINS = frozenset(dir(builtins)) - _OF_IPYTHON | _OF_SITE
"""In whatever process this is asked."""
