"""A store with a limit: what goes after a run, what stays, and that nothing breaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbflow.store.store import Store

from .shell import Answer, Shell

LARGE = 300_000
CELLS = (
    "%%parameters\nn: int = 1",
    f"%%step load\nbig = bytes([n]) * {LARGE}",
    f"%%step use\nother = big[:10] + bytes({LARGE})",
    "%%step end\nsize = len(other)",
)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    return Shell(tmp_path)


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that every run exceeds, so that all goes that may go."""
    monkeypatch.setenv("NBFLOW_STORE_LIMIT", "1KB")


def run(shell: Shell, notebook: str, *words: str) -> Answer:
    answer = shell("run", notebook, "-j", "1", "--reuse", *words)
    assert answer.code == 0, answer.out + answer.err
    return answer


def blobs(shell: Shell) -> int:
    with Store.open(shell.folder / ".nbflow") as store:
        return len([*store.blobs])


def evicted(answer: Answer) -> list[str]:
    return [found[0] for line in answer.lines if (found := re.search(r"evicted \d+ old results?", line))]


def test_a_run_evicts_what_older_runs_made(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook = shell.write("flow", *CELLS)
    for n in ("1", "2", "3"):
        assert evicted(run(shell, notebook, "--n", n)) == []
    with Store.open(shell.folder / ".nbflow") as store:
        monkeypatch.setenv("NBFLOW_STORE_LIMIT", str(store.size() - LARGE // 2))
    answer = run(shell, notebook, "--n", "3")
    assert re.fullmatch(
        r"the store took \d.* MB, its limit is \d.* MB · evicted 1 old result, 300 kB", answer.lines[-1]
    )
    assert [run(shell, notebook, "--n", n).out.count("reused") for n in ("3",)] == [1]


def test_evicted_results_are_shown_as_such_and_computed_again(shell: Shell, limited: None) -> None:
    notebook = shell.write("flow", *CELLS)
    run(shell, notebook, "--n", "1")
    answer = run(shell, notebook, "--n", "2")
    assert evicted(answer) == ["evicted 2 old results"]
    assert "nothing else can be evicted" in answer.lines[-1]
    assert blobs(shell) == 2
    assert re.search(
        r"big +bytes +300 kB .*\(evicted on \d{4}-\d\d-\d\d: run it again\)", shell("dump", notebook, "1/load").out
    )
    refused = shell("dump", notebook, "1/load", "--value")
    assert (refused.code, "big of flow/1/load was evicted on" in refused.err) == (1, True)
    assert shell("verify", notebook).out == "every stored object is intact\n"
    again = run(shell, notebook, "--n", "1")
    assert "· 2 ran · 1 reused" in again.out
    assert "evicted" not in shell("dump", notebook, "1/load").out  # equal bytes are stored again under the same name


def test_status_says_what_was_evicted(shell: Shell, limited: None) -> None:
    notebook = shell.write("flow", *CELLS)
    run(shell, notebook, "--n", "1")
    run(shell, notebook, "--n", "2")
    lines = shell("status", notebook, "--n", "1").lines
    assert [line.split()[:2] for line in lines[2:5]] == [["load", "missing"], ["use", "missing"], ["end", "done"]]
    assert re.search(r"run 1, .* evicted on \d{4}-\d\d-\d\d: run it again", lines[2])
    assert "2 steps would run: load, use" in lines
    assert "load is not in the store:" in shell("why", notebook, "load", "--n", "1").lines


def test_the_newest_result_of_each_step_stays_after_a_run_of_a_part(shell: Shell, limited: None) -> None:
    notebook = shell.write("flow", *CELLS)
    run(shell, notebook, "--n", "1")
    run(shell, notebook, "--n", "2", "--to", "load")
    assert "· 0 ran · 1 reused" in run(shell, notebook, "--n", "2", "--to", "load").out
    with Store.open(shell.folder / ".nbflow") as store:
        assert {one.step for one in store.history.tasks(1) if not store.history.is_intact(one.id)} == {"load"}


def test_random_numbers_without_a_seed_stay(shell: Shell, limited: None) -> None:
    cells = (CELLS[0], f"%%step load\nimport random\nbig = random.randbytes({LARGE + 1})[n:]", *CELLS[2:])
    notebook = shell.write("flow", *cells)
    run(shell, notebook, "--n", "1")
    assert evicted(run(shell, notebook, "--n", "2")) == ["evicted 1 old result"]
    with Store.open(shell.folder / ".nbflow") as store:
        assert {one.step for one in store.history.tasks(1) if not store.history.is_intact(one.id)} == {"use"}


def test_what_depends_on_a_changed_file_stays(shell: Shell, limited: None) -> None:
    data = shell.folder / "data.txt"
    cells = (CELLS[0], f"%%step load\nbig = open('data.txt').read() * {LARGE} * n", *CELLS[2:])
    notebook = shell.write(
        "flow", CELLS[0], cells[1], CELLS[2].replace("big[:10] + bytes", "big[:10] + 'x' * "), CELLS[3]
    )
    data.write_text("a")
    run(shell, notebook, "--n", "1")
    data.write_text("b")
    assert evicted(run(shell, notebook, "--n", "2")) == []
    data.write_text("a")
    assert evicted(run(shell, notebook, "--n", "3")) != []


def test_tagged_runs_and_the_newest_run_of_each_notebook_stay(shell: Shell, limited: None) -> None:
    other, notebook = shell.write("other", *CELLS), shell.write("flow", *CELLS)
    run(shell, other, "--n", "9")
    run(shell, notebook, "--n", "1", "--tag", "best")
    for n in ("2", "3"):
        run(shell, notebook, "--n", n)
    with Store.open(shell.folder / ".nbflow") as store:
        whole = {
            f"{row.flow}/{row.number}": all(store.history.is_intact(one.id) for one in store.history.tasks(row.id))
            for row in store.history.runs()
        }
    assert whole == {"flow/3": True, "flow/2": False, "flow/1": True, "other/1": True}


def test_a_limit_that_cannot_be_read_fails_no_run(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_STORE_LIMIT", "much")
    answer = run(shell, shell.write("flow", *CELLS))
    assert answer.lines[-1].startswith("nothing was evicted from the store: NBFLOW_STORE_LIMIT 'much' is not a size")
