"""Ids of objects that a step keeps and another step compares are said: there, the objects have other ids."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from tests.flow.reading import graph_of


def told(cells: str) -> list[tuple[str, int]]:
    found = (one for one in check_flow(graph_of(cells)) if one.rule == "ids-of-objects" and one.warning and one.place)
    return [(one.message, one.place.line) for one in found if one.place]


@pytest.mark.parametrize(
    "line",
    [
        "kept = [id(a)]",
        "kept = {hex(id(one)) for one in a}",
        "kept = {id(a): 1}",
        "kept = {}; kept[f'{id(a)}'] = 1",
        "kept = set(map(id, a))",
        "kept = (id(a), 'x')",
        "kept = set(); kept.add(id(a))",
    ],
)
def test_a_step_that_keeps_ids_for_another_is_said(line: str) -> None:
    assert told(f"%%step a\na = [[1]]\n{line}\n---\n%%step b\nprint(id(a) in kept)") == [
        ("step 'a' keeps ids of objects in 'kept': in step 'b', the same objects have other ids", 3)
    ]


def test_a_function_that_keeps_ids_is_said_where_two_steps_call_it() -> None:
    walk = "visited = set()\ndef walk(o):\n    if id(o) not in visited:\n        visited.add(id(o))\n---\n"
    calls = "%%step a\na = [1]\nwalk(a)\n---\n%%step b\n"
    message = "step 'a' keeps ids of objects in 'visited': in step 'b', the same objects have other ids"
    assert told(f"{walk}{calls}walk(a)") == [(message, 4)]
    assert told(f"{walk}{calls}print(len(visited))") == []


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("kept = [1]", "id(a) in kept"),
        ("kept = [id(a)]", "len(kept)"),
        ("kept = [names[id(a)]]", "id(a) in kept"),
        ("kept = id(a) in names", "kept, id(a)"),
    ],
)
def test_ids_that_nobody_compares_are_not_said(line: str, asks: str) -> None:
    assert told(f"names = {{}}\n---\n%%step a\na = [[1]]\n{line}\n---\n%%step b\nprint({asks})") == []
