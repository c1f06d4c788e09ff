"""Reads the docstrings of the package, and tells which of them a reader would have to decode."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "nbflow"

BAD_BEGINNINGS = frozenset({"What", "Of", "Those", "Whose", "Who", "Which", "Where", "How", "Why", "As", "By", "In"})
"""Words with which a sentence begins that says less than it seems to."""

_AUXILIARIES = (
    "is are was were be been has have had can could may might must shall should will would does do did cannot"
)

_BEFORE_NOUNS = (
    "a an the of in by with for from on at its their his her our your this these those each every all any no some own "
    "new old first last next same other another"
)
"""A word that may be a verb or a noun is a noun behind one of these."""

_BASE_FORMS = (Path(__file__).parent / "verbs.txt").read_text("utf-8").split()


def _forms(verb: str) -> Iterator[str]:
    yield verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        yield f"{verb[:-1]}ies"
    elif verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield f"{verb}es"
    else:
        yield f"{verb}s"


VERBS = frozenset(form for verb in _BASE_FORMS for form in _forms(verb)) | frozenset(_AUXILIARIES.split())
"""Verbs in the forms in which a docstring has one: `return`, `returns`, `is`."""


def fault_of(docstring: str) -> str:
    """Return what is wrong with the first sentence of a docstring; "" for nothing."""
    sentence = re.split(r"(?<=[.!?])\s", docstring.strip(), maxsplit=1)[0]
    words = re.findall(r"[A-Za-z']+", re.sub(r"`[^`]*`", "X", sentence))
    if not words:
        return "it has no words"
    if words[0] in BAD_BEGINNINGS:
        return f"it begins with '{words[0]}'"
    lower = [word.lower() for word in words]
    if not any(
        word in VERBS and before not in _BEFORE_NOUNS.split() for before, word in zip(["", *lower], lower, strict=False)
    ):
        return "its first sentence has no verb"
    return ""


def docstrings(folder: Path = PACKAGE) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every docstring: of modules, classes and functions, and of constants."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node)
                if text:
                    yield f"{path.relative_to(folder.parent)}:{getattr(node, 'lineno', 1)}", text


def faults(*places: str) -> Iterator[str]:
    """Yield a line for each docstring that is at fault, in the files whose path begins with one of the places."""
    for place, text in docstrings():
        if not places or place.startswith(places):
            fault = fault_of(text)
            if fault:
                yield f"{place}: {fault}: {text.splitlines()[0]}"


if __name__ == "__main__":
    import sys

    print(*(found := list(faults(*sys.argv[1:]))), sep="\n")
    print(len(found))
