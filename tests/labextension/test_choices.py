"""Which parameters stay chosen after the server has read the notebook again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.labextension.modules import Module


@pytest.fixture(scope="module")
def choices() -> Iterator[Module]:
    module = Module("state/choices.ts")
    yield module
    module.close()


def genre(value: str, default: str = "Comedy") -> list[Any]:
    return [{"name": "genre", "type": "str", "default": default, "value": value}]


@pytest.mark.parametrize(
    ("chosen", "before", "now", "is_newer", "expected"),
    [
        ({}, genre("Comedy"), genre("Drama"), False, {"genre": "Drama"}),  # a run with another value
        ({}, genre("Comedy"), genre("Drama"), True, {}),  # taken back after that run has begun
        ({"genre": "Action"}, genre("Comedy"), genre("Drama"), True, {"genre": "Action"}),
        ({"genre": "Action"}, genre("Comedy"), genre("Comedy"), False, {"genre": "Action"}),
        ({"genre": "Drama"}, genre("Drama"), genre("Drama", "Horror"), True, {}),  # the cell was edited
        ({"genre": "Drama"}, genre("Drama"), [], True, {}),
        ({}, [], genre("Drama"), False, {"genre": "Drama"}),
    ],
)
def test_a_run_with_another_value_is_the_choice_unless_somebody_has_chosen_since(
    choices: Module, chosen: Any, before: Any, now: Any, is_newer: bool, expected: Any
) -> None:
    assert choices.call("carryOver", chosen, before, now, is_newer) == expected


def test_choices_are_newer_than_runs_that_were_known_when_they_were_made(choices: Module) -> None:
    runs = [{"number": number, "kind": "run"} for number in (1, 2)]
    assert choices.call("newestOf", runs[1], None, runs[0]) == 2
    assert choices.call("newestOf") == 0
    assert [choices.call("areNewer", 1, run) for run in (*runs, None)] == [True, False, False]
    assert not choices.call("areNewer", 3, {"number": 3, "kind": "interactive"})
