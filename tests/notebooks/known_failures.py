"""Notebooks of the corpus whose flows are not right yet, each with the reason. The list only shrinks."""

from __future__ import annotations

KNOWN = {
    "docs/html_parsing_soup": "the pickle of a soup of bs4 joins lines that only hold white space",
    "docs/magics_of_the_shell": "`_` is what the cell above has shown",
    "docs/monkey_patching_and_metaclasses": "a function of a library that is patched is pickled by its name",
}
