"""Commands in the words of a notebook."""

from __future__ import annotations

import re


def offer_magics(text: str, notebook: str) -> str:
    """`nbflow run films.ipynb --to x` as `%flow run --to x`."""
    return re.sub(rf"nbflow (\w+) {re.escape(notebook)}", r"%flow \1", text)
