"""Where the panel believes a run to be: the stop button interrupts a cell, or asks the kernel or server to end it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.labextension.modules import Module

LONG = 60_000  # milliseconds
NOTHING = {"run": None, "beside": None}


@pytest.fixture(scope="module")
def whereabouts() -> Iterator[Module]:
    module = Module("state/whereabouts.ts")
    yield module
    module.close()


def heard(whereabouts: Module, *reports: tuple[int | None, str]) -> Any:
    """What is known after reports, each of a run and with the status that the kernel had."""
    known: Any = NOTHING
    for run, status in reports:
        known = whereabouts.call("hear", known, run, status)
    return known


@pytest.mark.parametrize(
    ("reports", "status", "waited", "found"),
    [
        ([(3, "idle")], "busy", 0, "beside"),  # a cell runs while the run goes on beside it
        ([(3, "busy")], "idle", 0, "beside"),  # it was first heard of while the request that started it was handled
        ([(3, "connecting")], "idle", 0, "beside"),
        ([(3, "busy"), (3, "idle")], "busy", 0, "beside"),
        ([(3, "busy")], "busy", 0, None),
        ([(3, "busy")], "busy", 600, "cell"),
        ([(3, "unknown")], "unknown", 600, None),
        ([(3, "unknown")], "unknown", LONG, "cell"),
        ([(3, "idle"), (None, "idle"), (4, "busy")], "busy", 600, "cell"),
        ([(3, "busy"), (None, "idle")], "busy", 600, "cell"),
    ],
)
def test_a_run_is_in_a_cell_only_if_the_kernel_stays_busy_with_it(
    whereabouts: Module, reports: list[tuple[int | None, str]], status: str, waited: int, found: str | None
) -> None:
    known = heard(whereabouts, *reports)
    assert whereabouts.call("locate", known["run"], known, status, waited, LONG) == found


def test_a_run_is_elsewhere_only_after_the_kernel_had_the_time_to_speak_of_it(whereabouts: Module) -> None:
    known = heard(whereabouts, (2, "idle"))
    for status in ("idle", "busy"):
        assert whereabouts.call("locate", 3, known, status, 1400, LONG) is None
        assert whereabouts.call("locate", 3, known, status, 1600, 7900) is None
        assert whereabouts.call("locate", 3, known, status, 1600, 8100) == "elsewhere"
