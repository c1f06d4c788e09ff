"""Notebooks of the corpus whose flows are not right yet, each with the reason. The list only shrinks."""

from __future__ import annotations

KNOWN = {
    "docs/context_managers_and_decorators": "what an lru_cache holds stays in its process",
    "docs/csv_json_io_tools": "a folder is removed by a loop over its files: nothing orders that below the writers",
    "docs/html_parsing_soup": "the pickle of a soup of bs4 joins lines that only hold white space",
    "docs/magics_of_the_shell": "`_` is what the cell above has shown",
    "docs/monkey_patching_and_metaclasses": "a function of a library that is patched is pickled by its name",
    "kaggle/kernels_of_truth_async_log": "what an lru_cache holds stays in its process",
    "textbook/calculus_with_numbers": "a star import further down replaces names of the one above",
    "textbook/recursion_and_memo": "what an lru_cache holds stays in its process",
}
