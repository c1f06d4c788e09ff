from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.history.step_states import states_of_steps
from nbflow.history.versions import (
    Lived,
    Past,
    Version,
    VersionPair,
    current_state,
    diff_code,
    diff_values,
    explain,
    explain_all,
)
from nbflow.progress.status import StepStatus
from tests.counting import count_calls

CELLS = (
    "%%parameters\nk: int = 3",
    "RATE = 2\n\ndef twice(x):\n    return x * RATE",
    "%%step load\nn = 1",
    "%%step work\nm = twice(n) + k",
    "%%step end\nprint(m)",
)


def graph_of(*cells: str) -> Graph:
    return link(read_flow([Cell(n, text) for n, text in enumerate(cells, 1)], "flow", "flow.ipynb"))


def edited(**cells: str) -> Version:
    """The flow with some cells replaced: `_3="…"` is cell 3."""
    texts = [cells.get(f"_{n}", text) for n, text in enumerate(CELLS, 1)]
    return Version(graph_of(*texts), {"k": 3})


THEN = edited()


@pytest.mark.parametrize(
    ("now", "step", "reasons"),
    [
        (edited(), "work", []),
        (edited(_4="%%step work\n# a remark\nm = (twice(n)\n     + k)"), "work", []),
        (edited(_4="%%step work\nm = twice(n) - k"), "work", ["its code changed"]),
        (edited(_2=CELLS[1].replace("x * RATE", "x + RATE")), "work", ["function twice changed (cell 2, line 3)"]),
        (edited(_2=CELLS[1].replace("= 2", "= 5")), "work", ["constant RATE changed (cell 2, line 1)"]),
        (edited(_2=CELLS[1].replace("= 2", "= 5")), "load", []),
        (
            edited(_2="def twice(x):\n    return x * 2"),
            "work",
            ["function twice changed (cell 2, line 1)", "it no longer uses constant RATE"],
        ),
        (replace(THEN, parameters={"k": 5}), "work", ["parameter k is 5, before 3"]),
        (replace(THEN, parameters={"k": 5}), "load", []),
        (replace(THEN, files={"load": {"data.csv": "ab"}}), "load", ["data.csv is new"]),
        (edited(_3="%%step load --seed 3\nn = 1"), "load", ["its seed is 3, before None"]),
        (edited(_3="%%step load --cache off\nn = 1"), "load", ["it runs each time (--cache off)"]),
        (edited(_5="%%step finish\nprint(m)"), "finish", ["it is new"]),
    ],
)
def test_explain_says_what_changed_about_a_step(now: Version, step: str, reasons: list[str]) -> None:
    assert explain(step, THEN, now) == reasons


def test_files_and_python_count_when_they_were_recorded() -> None:
    then = replace(THEN, files={"load": {"a.csv": "1", "b.csv": "2"}}, python="3.11")
    now = replace(THEN, files={"load": {"a.csv": "9"}}, python="3.12")
    assert explain("load", then, now) == ["a.csv changed", "b.csv is gone", "Python is 3.12, before 3.11"]


def test_a_read_that_binds_to_another_step_is_a_reason() -> None:
    now = Version(graph_of(*CELLS[:3], "%%step other\nn = 2", *CELLS[3:]), {"k": 3})
    assert explain("work", THEN, now) == ["n comes from other, before from load"]


def test_reasons_above_a_step_follow_its_own() -> None:
    now = edited(_3="%%step load\nn = 7", _4="%%step work\nm = twice(n)")
    assert explain_all("end", THEN, now) == ["work, above it: its code changed", "load, above it: its code changed"]


DONE = Lived(complete=True, seconds=1.5, finished=100.0)
FAILED = Lived(complete=False, failed=True, error="work failed · ValueError: no")


def test_what_any_run_has_complete_and_unchanged_is_done() -> None:
    other = edited(_4="%%step work\nm = 0")
    pasts = [Past(2, other, {"work": DONE}), Past(1, THEN, {"work": DONE})]
    state = current_state("work", THEN, pasts)
    assert (state.status, state.past, state.reasons) == (StepStatus.DONE, 1, ())


def test_a_change_makes_a_step_and_what_follows_stale() -> None:
    now = edited(_3="%%step load\nn = 7")
    pasts = [Past(1, THEN, {"load": DONE, "work": DONE, "end": DONE})]
    assert [current_state(step, now, pasts).status for step in ("load", "work", "end")] == ["stale", "stale", "stale"]
    assert current_state("end", now, pasts).reasons == ("load, above it: its code changed",)


def test_a_result_that_is_too_old_makes_a_step_and_what_follows_stale() -> None:
    now = edited(_3="%%step load --cache ttl=50s\nn = 1")
    pasts = [Past(1, now, {"load": DONE, "work": DONE, "end": DONE})]
    assert {one.status for one in states_of_steps(now, pasts, lambda: 150.0).values()} == {StepStatus.DONE}
    states = states_of_steps(now, pasts, lambda: 151.0)
    assert states["load"].reasons == ("its result is older than 50.0 s (--cache ttl)",)
    assert states["end"].reasons == ("load, above it: its result is older than 50.0 s (--cache ttl)",)
    assert {one.status for one in states.values()} == {StepStatus.STALE}


def test_a_pinned_step_and_what_follows_stay_done_whatever_changes_about_it_and_above() -> None:
    then = edited(_4="%%step work --cache pin\nm = twice(n) + k")
    now = edited(_3="%%step load\nn = 7", _4="%%step work --cache pin\nm = n")
    states = states_of_steps(now, [Past(1, then, {"load": DONE, "work": DONE, "end": DONE})])
    assert {name: one.status for name, one in states.items()} == {"load": "stale", "work": "done", "end": "done"}
    assert states_of_steps(now, [])["work"].status is StepStatus.MISSING


def test_a_failure_stands_and_is_stale_when_something_changes() -> None:
    pasts = [Past(1, THEN, {"work": FAILED})]
    assert current_state("work", THEN, pasts).status is StepStatus.FAILED
    assert current_state("work", THEN, pasts).reasons == ("work failed · ValueError: no",)
    changed = current_state("work", replace(THEN, parameters={"k": 1}), pasts)
    assert (changed.status, changed.outdated) == (StepStatus.FAILED, True)
    assert changed.reasons == ("parameter k is 1, before 3", "work failed · ValueError: no")
    older = Past(0, edited(_4="%%step work\nm = 0"), {"work": DONE})
    assert current_state("work", replace(THEN, parameters={"k": 1}), [*pasts, older]).past == 1


def test_what_was_cancelled_stays_so_until_something_changes_or_a_newer_run_says_more() -> None:
    cancelled = Past(2, THEN, {"work": Lived(complete=False, cancelled=True, error="it was stopped")})
    state = current_state("work", THEN, [cancelled, Past(1, THEN, {"work": FAILED})])
    assert (state.status, state.past, state.reasons) == (StepStatus.CANCELLED, 2, ("it was stopped",))
    assert current_state("work", replace(THEN, parameters={"k": 1}), [cancelled]).status is StepStatus.MISSING
    assert current_state("work", THEN, [cancelled, Past(1, THEN, {"work": DONE})]).status is StepStatus.DONE
    assert current_state("work", THEN, [Past(3, THEN, {"work": FAILED}), cancelled]).status is StepStatus.FAILED


def test_a_step_that_runs_or_never_ran_is_said_to() -> None:
    running = Past(3, THEN, {"work": Lived(complete=False, running=True)})
    assert current_state("work", THEN, [running]).status is StepStatus.RUNNING
    assert current_state("end", THEN, [running]).status is StepStatus.MISSING
    assert current_state("end", THEN, [running]).reasons == ("it has never run",)
    unfinished = Past(3, THEN, {"work": Lived(complete=False)})
    assert current_state("work", THEN, [unfinished]).reasons == ("it never finished",)


def test_diff_of_code_shows_what_differs_in_more_than_layout() -> None:
    now = edited(_3="%%step load\n\nn = 1", _4="%%step work\nm = twice(n)")
    assert list(diff_code(THEN.graph, now.graph, ("run 1", "run 2"))) == [
        "--- step work · run 1\n+++ step work · run 2\n@@ -1,2 +1,2 @@\n"
        " %%step work\n-m = twice(n) + k\n+m = twice(n)\n"
    ]  # fmt: skip


def test_diff_of_one_step_includes_the_prelude_it_uses() -> None:
    now = edited(_2=CELLS[1].replace("= 2", "= 5"))
    assert list(diff_code(THEN.graph, now.graph, ("a", "b"), "load")) == []
    assert [text.splitlines()[0] for text in diff_code(THEN.graph, now.graph, ("a", "b"), "work")] == [
        "--- constant RATE · a"
    ]


def test_diff_of_values_marks_what_is_on_one_side_only() -> None:
    assert diff_values({"a": 1, "b": "x", "c": 3}, {"a": 1, "b": "y", "d": 4}) == [
        ("b", ("x", "y")),
        ("c", ("3", "-")),
        ("d", ("-", "4")),
    ]


def chain_of(size: int, changed: int = -1) -> Version:
    bodies = (f"x{n} = x{n - 1}" if n else "x0 = 0" for n in range(size))
    cells = (f"%%step s{n}\n{body}{' + 1' if n == changed else ''}" for n, body in enumerate(bodies))
    return Version(graph_of(*cells))


@pytest.mark.parametrize("changed", [-1, 10])
def test_twice_the_steps_are_compared_in_twice_the_work(changed: int) -> None:
    def calls(size: int) -> int:
        then, now = chain_of(size), chain_of(size, changed)
        pasts = [Past(1, then, {f"s{n}": DONE for n in range(size)})]
        return count_calls(lambda: states_of_steps(now, pasts))

    assert calls(200) < 2.3 * calls(100)


def test_older_runs_are_not_read_where_the_newest_has_all() -> None:
    def pasts() -> Iterator[Past]:
        yield Past(2, THEN, dict.fromkeys(THEN.graph.links, DONE))
        raise AssertionError("read on")

    assert {one.status for one in states_of_steps(THEN, pasts()).values()} == {StepStatus.DONE}


@given(st.lists(st.sets(st.integers(0, 7), max_size=3), min_size=8, max_size=8), st.sets(st.integers(0, 7)))
def test_what_changed_above_is_told_as_if_each_step_were_compared_alone(
    reads: list[set[int]], changed: set[int]
) -> None:
    def version(*edits: int) -> Version:
        cells = []
        for n, above in enumerate(reads):
            inputs = [f"x{one}" for one in sorted(above) if one < n]
            cells.append(f"%%step s{n}\nx{n} = [{', '.join(inputs)}]" + (" * 2" if n in edits else ""))
        return Version(graph_of(*cells))

    then, now = version(), version(*changed)
    comparison = VersionPair(then, now)
    for step in now.graph.links:
        above = now.graph.ancestors(step)
        told = explain(step, then, now)
        for name in [name for name in reversed(now.graph.links) if name in above]:
            told += [f"{name}, above it: {reason}" for reason in explain(name, then, now)]
        assert comparison.explain_all(step) == told
        assert comparison.is_same(step) == (not told)
