"""Which steps give the same results again, and which runs keep theirs whatever the limit of the store is."""

from __future__ import annotations

import pytest

from nbflow.history.evicting import needed_runs, repeatable_steps
from nbflow.store.catalog.rows import RunKind, RunRow, RunStatus

from .test_history import graph_of

CELLS = ("%%step load{}\nn = 1", "%%step work\nm = n + 1", "%%step end\nprint(m)", "%%step beside\nother = 1")
ALL = frozenset({"load", "work", "end", "beside"})
BESIDE = frozenset({"beside"})


@pytest.mark.parametrize(
    ("load", "changed", "repeatable"),
    [
        ("", [], ALL),
        ("", ["work"], {"load", "beside"}),
        ("", ["load"], BESIDE),
        (" --cache off", [], BESIDE),
        (" --cache ttl=7d", [], BESIDE),
        (" --cache pin", [], ALL - {"load"}),
    ],
)
def test_a_step_is_repeated_only_from_what_stays_or_can_be_repeated(
    load: str, changed: list[str], repeatable: set[str]
) -> None:
    graph = graph_of(CELLS[0].format(load), *CELLS[1:])
    assert repeatable_steps(graph, changed) == repeatable


def test_random_numbers_are_repeated_only_with_a_seed() -> None:
    draw = "%%step load{}\nimport random\nn = random.random()"
    assert repeatable_steps(graph_of(draw.format(""), *CELLS[1:]), []) == ALL - {"load"}
    assert repeatable_steps(graph_of(draw.format(" --seed 1"), *CELLS[1:]), []) == ALL


def row(run: int, flow: str = "demo", kind: RunKind = RunKind.RUN, **facts: object) -> RunRow:
    facts = {"status": RunStatus.SUCCEEDED, "started": float(run), **facts}
    return RunRow(run, flow, run, kind=kind, **facts)  # type: ignore[arg-type]


def test_the_newest_run_of_each_flow_is_needed_and_what_is_tagged_or_running() -> None:
    rows = [
        row(7), row(6, status=RunStatus.FAILED), row(5, status=RunStatus.RUNNING), row(4, tags=("best",)),
        row(3, status=RunStatus.CRASHED), row(2, "other"), row(1, "other"),
    ]  # fmt: skip
    assert needed_runs(rows) == {7, 5, 4, 2}


def test_a_kernel_session_does_not_stand_for_the_newest_run() -> None:
    session = RunKind.INTERACTIVE
    assert needed_runs([row(4, kind=session), row(3), row(2), row(1, kind=session)]) == {4, 3}
