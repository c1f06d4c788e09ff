"""Reads the docstrings of the package, and tells which of them a reader would have to decode."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "nbflow"

BAD_BEGINNINGS = frozenset({"What", "Of", "Those", "Whose", "Who", "Which", "Where", "How", "Why", "As", "By", "In"})
"""Words with which a sentence begins that says less than it seems to."""

_AUXILIARIES = frozenset(
    "is are was were be been has have had can could may might must shall should will would does do did cannot".split()
)

_VERBS = frozenset(
    """
    abort accept act adapt add adopt agree align allow answer append apply arrange ask assert assign attach avoid balance
    become begin belong bind block borrow break bring broadcast build bump call cancel capture carry catch change check
    choose clean clear clone close collect come commit compare compile complain complete compose compress compute connect
    construct contain continue convert copy count cover create cut decide declare decode decorate default define delay
    delegate delete deliver depend derive describe destroy detect determine differ digest disappear discard display
    divide draw drop dump edit embed empty enclose encode end ensure enter equal escape evaluate exclude execute exist
    exit expand expect explain export expose express extend fail feed fetch fill filter find finish fit fix flatten flush
    follow forget fork format forward free gather generate get give go group grow guard guess hand handle happen hash
    hear help hide hint hold identify ignore import include increase indent index infer inherit insert inspect install
    instead interpret invoke join judge keep kill know label last lay lead leave lend let lie limit link list listen live
    load locate lock log look lose make manage map mark match mean measure meet mend mention merge migrate modify move
    name need normalise note notice notify number obey observe offer omit open order own pack parse pass patch perform
    pick pickle place plan play point prefer prepare present preserve prevent print proceed process produce promise
    propose protect prove provide publish pull push put quote raise reach read rebuild recall receive recognise record
    recover reduce refer refuse register release remain remember remove rename render repair repeat replace replay report
    represent require reserve reset resolve restore resume return reuse revert rewrite round run save say scan schedule
    search see seed select send separate serialise serve set settle shape share ship shorten show shut sign silence skip
    sort speak spell split stand start state stay step stop store strip submit succeed suggest suit supply support
    suppress survive swallow sweep switch sync tag take teach tell terminate test tidy tie time touch trace track train
    translate treat trim trust try turn unbind understand undo unite unpack unpickle update upgrade use validate vary
    verify visit wait wake walk want warn wash watch watch weigh widen wish work wrap write yield
    """.split()
)


def _forms(verb: str) -> Iterator[str]:
    yield verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        yield f"{verb[:-1]}ies"
    elif verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield f"{verb}es"
    else:
        yield f"{verb}s"


VERBS = frozenset(form for verb in _VERBS for form in _forms(verb)) | _AUXILIARIES
"""Verbs in the forms in which a docstring has one: `return`, `returns`, `is`."""


def fault_of(docstring: str) -> str:
    """Return what is wrong with the first sentence of a docstring; "" for nothing."""
    sentence = re.split(r"(?<=[.:!?])\s", docstring.strip(), maxsplit=1)[0]
    words = re.findall(r"[A-Za-z']+", re.sub(r"`[^`]*`", "X", sentence))
    if not words:
        return "it has no words"
    if words[0] in BAD_BEGINNINGS:
        return f"it begins with '{words[0]}'"
    if not any(word.lower() in VERBS for word in words):
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
