"""A class that a step changes and then defines again is said: the objects of the first one lose the change."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of

CLASS = "class P:\n    ver = 1\n---\n%%step a\np = P()\n---\n%%step b\n"
BELOW = "\n---\n%%step c\n"


def told(cells: str) -> list[str]:
    return [one.message for one in check_flow(graph_of(cells)) if one.rule == "class-defined-again" and one.warning]


@pytest.mark.parametrize("change", ["P.ver = 6", "P.ver += 1", "P.seen.append(1)", "del P.ver"])
def test_a_class_that_is_changed_and_defined_again_is_said(change: str) -> None:
    assert told(f"{CLASS}{change}\nclass P:\n    ver = 9{BELOW}print(p.ver)") == [
        "step 'b' changes 'P' and then defines another 'P': objects of the first one do not have the change in step 'c'"
    ]


@pytest.mark.parametrize(
    "cells",
    [
        f"{CLASS}class P:\n    ver = 9\nP.ver = 6{BELOW}print(p.ver)",
        f"{CLASS}P.ver = 6{BELOW}class P:\n    ver = 9\nprint(p.ver)",
        f"{CLASS}P.ver = 6\nclass P:\n    ver = 9{BELOW}print(P.ver)",
        f"{CLASS}P.ver = 6\nclass Q:\n    ver = 9{BELOW}print(p.ver)",
    ],
)
def test_what_keeps_its_change_is_not_said(cells: str) -> None:
    assert told(cells) == []
