"""Verbs that look at runs and tasks, on one store with a few runs."""

from pathlib import Path

import pytest

from tests.cli.shell import Shell

CELLS = (
    "%%parameters\ntop: int = 2",
    "RATE = 10\n\ndef times(n):\n    return n * RATE",
    "%%step load\nnumbers = [1, 0, 3]\nprint('loaded', len(numbers))",
    "%%step pick\nsome = numbers[:top]",
    "%%step work --foreach n in some\nresult = times(n)\nprint('result', result)",
    "%%step end --join work\nbest = max(inputs.result)",
    "%%step bad\nprint('before')\nratio = best // (top - 3)",
)
EDITED = (*CELLS[:1], CELLS[1].replace("10", "20"), *CELLS[2:])


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Run 1 succeeds, run 2 has one item more and fails in `bad`, run 3 has another constant."""
    shell = Shell(tmp_path_factory.mktemp("history"))
    notebook = shell.write("flow", *CELLS)
    assert shell("run", notebook, "-j", "1", "--tag", "first").code == 0
    assert shell("run", notebook, "-j", "1", "--reuse", "--top", "3").code == 1
    shell.write("flow", *EDITED)
    assert shell("run", notebook, "-j", "1", "--reuse").code == 0
    return shell


@pytest.fixture
def notebook(shell: Shell) -> str:
    return shell.write("flow", *EDITED)


def columns(answer_lines: list[str]) -> list[list[str]]:
    return [line.split() for line in answer_lines]


def test_runs_are_listed_newest_first(shell: Shell, notebook: str) -> None:
    assert shell("runs", notebook).steady == (
        "3  succeeded  AGO  N s  4 ran, 2 reused            top=2\n"
        "2  failed     AGO  N s  3 ran, 3 reused, 1 failed  top=3\n"
        "1  succeeded  AGO  N s  6 ran                      [first] top=2\n"
    )
    assert [line[0] for line in shell("runs", notebook, "--tag", "first").lines] == ["1"]
    assert [line[0] for line in shell("runs", notebook, "-n", "2").lines] == ["3", "2"]


def test_a_run_is_tagged_and_found_by_its_tag(shell: Shell, notebook: str) -> None:
    assert shell("tag", notebook, "3", "good").out == "run 3 is tagged good\n"
    assert "parameters\n  top  3 → 2\n" in shell("diff", notebook, "2", "good").out
    assert shell("runs", notebook, "--tag", "god").err == "Error: no tag 'god': did you mean 'good'?\n"
    assert shell("tag", notebook, "3", "17").code == 2
    assert shell("tag", notebook, "9", "x").err.startswith("Error: no run '9': choose from 1, 2, 3")


def test_diff_shows_parameters_code_and_artifacts(shell: Shell, notebook: str) -> None:
    assert shell("diff", notebook, "first", "3").out == (
        "code\n"
        "  --- constant RATE · run 1\n"
        "  +++ constant RATE · run 3\n"
        "  @@ -1 +1 @@\n"
        "  -RATE = 10\n"
        "  +RATE = 20\n"
        "artifacts\n"
        "  work[0].result  10 → 20\n"
        "  end.best        10 → 20\n"
        "  bad.ratio       -10 → -20\n"
    )


def test_diff_tells_the_numbers_of_tasks_and_compares_those_that_both_runs_have(shell: Shell, notebook: str) -> None:
    assert shell("diff", notebook, "1", "2", "work").out == "artifacts\n  work  2 tasks finished → 3 tasks finished\n"


def test_diff_of_one_step_leaves_out_what_does_not_concern_it(shell: Shell, notebook: str) -> None:
    assert shell("diff", notebook, "1", "2", "load").out == "runs 1 and 2 do not differ in load\n"
    assert shell("diff", notebook, "1", "2", "end").out == "artifacts\n  end.best  10 → 30\n"
    assert shell("diff", notebook, "1", "2", "lod").err == "Error: no step 'lod': did you mean 'load'?\n"


def test_logs_of_a_task_are_what_it_printed(shell: Shell, notebook: str) -> None:
    assert shell("logs", notebook, "load").out == "loaded 3\n"
    assert shell("logs", notebook, "1/work[0]").out == "result 10\n"
    assert shell("logs", notebook, "work[2]", "-f").out == "result 30\n"
    assert shell("logs", notebook, "end").out == ""


def test_logs_of_a_step_are_those_of_its_tasks(shell: Shell, notebook: str) -> None:
    assert shell("logs", notebook, "work").steady == (
        "work[0] · run 3 · succeeded · N s\n  result 20\nwork[1] · run 3 · succeeded · N s\n  result 0\n"
    )


def test_logs_of_a_failed_task_end_with_its_traceback(shell: Shell, notebook: str) -> None:
    assert shell("logs", notebook, "2/bad").lines == [
        "before",
        "Traceback (most recent call last):",
        '  File "flow.ipynb · step bad · cell 7", line 3, in <module>',
        "    ratio = best // (top - 3)",
        "            ~~~~~^^~~~~~~~~~~",
        "ZeroDivisionError: integer division or modulo by zero",
    ]


def test_dump_describes_artifacts_without_loading_them(shell: Shell, notebook: str) -> None:
    rows = [line.split() for line in shell("dump", notebook, "1/work[0]").steady.splitlines()]
    assert rows[0] == ["work[0]", "·", "run", "1", "·", "succeeded", "·", "N", "s"]
    assert [(name, kind, text) for name, kind, _, _, text in rows[1:]] == [("n", "int", "1"), ("result", "int", "10")]


def test_dump_loads_values_when_asked(shell: Shell, notebook: str) -> None:
    answer = shell("dump", notebook, "load", "numbers", "--value")
    assert answer.lines[1:] == ["  numbers = [1, 0, 3]"]
    assert answer.lines[0].startswith("load · run 3 · reused, from run 1")


def test_dump_refuses_names_and_tasks_that_are_not_there(shell: Shell, notebook: str) -> None:
    assert shell("dump", notebook, "load", "number").err == (
        "Error: no artifact of load 'number': did you mean 'numbers'?\n"
    )
    known = "its tasks are work[0], work[1]"
    assert shell("dump", notebook, "work[9]").err == f"Error: run 3 has no task work[9]: {known}\n"
    assert shell("dump", notebook, "wrok").err == "Error: no step that has run 'wrok': did you mean 'work'?\n"
    assert shell("dump", notebook, "work[").code == 2
    assert "--file takes one task, such as work[0]" in shell("dump", notebook, "work", "--file", "x").err


def test_status_says_of_every_step_where_it_stands(shell: Shell, notebook: str) -> None:
    answer = shell("status", notebook)
    assert answer.lines[0] == "flow · newest run 3, succeeded · top 2"
    assert [row[:2] for row in columns(answer.lines[2:7])] == [
        ["load", "done"], ["pick", "done"], ["work", "done"], ["end", "done"], ["bad", "done"],
    ]  # fmt: skip
    assert answer.lines[-1] == "0 steps would run"


def test_status_of_other_parameters_and_of_an_edited_notebook(shell: Shell, notebook: str) -> None:
    answer = shell("status", notebook, "--top", "1")
    assert answer.lines[-1] == "4 steps would run: pick, work, end, bad"
    assert answer.lines[3].endswith("parameter top is 1, before 2")
    shell.write("flow", *EDITED[:5], EDITED[5].replace("max", "min"), EDITED[6])
    assert shell("status", notebook).lines[-1] == "2 steps would run: end, bad"


def test_why_explains_what_changed_and_what_would_run(shell: Shell, notebook: str) -> None:
    assert shell("why", notebook, "load").steady == ("load is done: nothing it depends on changed since run 3, AGO\n")
    shell.write("flow", *CELLS)
    assert shell("why", notebook, "load").code == 0
    shell.write("flow", *CELLS[:1], CELLS[1].replace("10", "30"), *CELLS[2:])
    assert shell("why", notebook, "end").steady == (
        "end is stale because of these changes since run 3, AGO:\n"
        "  work, above it: constant RATE changed (cell 2, line 1)\n"
        f"nbflow run {notebook} --reuse --to end would run work, end\n"
    )
    assert shell("why", notebook, "ned").err == "Error: no step 'ned': did you mean 'end'?\n"


def test_an_older_run_that_still_holds_counts(shell: Shell, notebook: str) -> None:
    shell.write("flow", *CELLS)
    assert shell("why", notebook, "end").steady == "end is done: nothing it depends on changed since run 1, AGO\n"


def test_a_failure_is_the_state_until_something_changes(shell: Shell, notebook: str) -> None:
    shell.write("flow", *CELLS)
    answer = shell("why", notebook, "bad", "--top", "3")
    assert answer.steady == (
        "bad failed in run 2, AGO:\n  bad failed · ZeroDivisionError: integer division or modulo by zero\n"
        f"nbflow run {notebook} --reuse --to bad would run bad\n"
    )


def test_status_tells_how_many_tasks_of_a_foreach_failed(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("flow", "%%step a\nns = [0, 1, 2, 0]", "%%step work --foreach n in ns\nr = 1 / n")
    assert shell("run", notebook, "-j", "1").code == 1
    assert shell("status", notebook).lines[3].startswith("  work  2 of 4, 2 failed  ")


def test_a_step_whose_condition_did_not_hold_was_skipped_and_is_not_done(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    cells = "%%step one --if kind == 'a'\nx = 1", "%%step many --foreach i in [1, 2] --if kind == 'a'\ny = i"
    notebook = shell.write("if", "%%parameters\nkind = 'z'", *cells, "%%step other --else kind\nx = 2")
    shell("run", notebook)
    rows = [line.split()[:2] for line in shell("status", notebook).lines[2:]]
    assert rows == [["one", "skipped"], ["many", "skipped"], ["other", "done"], [], ["0", "steps"]]
    [line] = shell("why", notebook, "one").lines
    assert line.startswith("one was skipped in run 1, ")
    assert line.endswith(": its condition did not hold, and nothing it depends on changed since")
    assert "stale" in shell("status", notebook, "--kind", "a").lines[2]


def test_check_tells_errors_from_warnings(shell: Shell) -> None:
    good = shell("check", shell.write("good", "%%step a\nx = 1"))
    assert (good.code, good.out) == (0, "good.ipynb · 1 step · nothing is wrong\n")
    bad = shell("check", shell.write("bad", "%%step a\nx = y", "%%step b\ny = 2"))
    assert bad.code == 1
    assert bad.lines[0].startswith("error: bad.ipynb · cell 1")
    assert bad.lines[-1] == "bad.ipynb · 2 steps · 1 error, 0 warnings"


def test_show_draws_in_four_ways_and_to_a_file(shell: Shell, notebook: str, tmp_path: Path) -> None:
    assert shell("show", notebook).lines[0] == "flow · 5 steps · parameters top"
    assert shell("show", notebook, "--mermaid").lines[0] == "graph LR"
    assert shell("show", notebook, "--dot").lines[0] == "digraph flow {"
    assert shell("show", notebook, "--dot", "-o", str(tmp_path / "flow.dot")).out == ""
    assert (tmp_path / "flow.dot").read_text().startswith("digraph flow {")


def test_verify_finds_nothing_in_a_sound_store(shell: Shell, notebook: str) -> None:
    assert shell("verify", notebook).out == "every stored object is intact\n"


def test_gc_says_first_what_it_would_delete(shell: Shell, notebook: str) -> None:
    answer = shell("gc", str(shell.folder), "--keep", "1", "--dry-run")
    assert answer.out.startswith("would delete 2 runs (flow/2, flow/1), ")
    assert len(shell("runs", notebook).lines) == 3


def test_verify_finds_a_damaged_object_and_the_task_runs_again(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    notebook = shell.write("flow", "%%step make\nbig = bytes(range(256)) * 4096", "%%step use\nsize = len(big)")
    assert shell("run", notebook).code == 0
    blob = next(path for path in (tmp_path / ".nbflow" / "blobs").rglob("*") if path.is_file())
    content = bytearray(blob.read_bytes())
    content[77] ^= 1
    blob.chmod(0o600)
    blob.write_bytes(content)
    found = shell("verify", notebook)
    assert found.code == 1
    assert "big of flow/1/make" in found.out
    assert found.lines[-1] == "1 damaged object, 1 task affected: affected tasks run again when they are needed next"
    assert "make · from" not in shell("run", notebook, "--reuse").out
    assert shell("verify", notebook).code == 0


def test_two_notebooks_of_one_name_in_one_store_do_not_mix(shell: Shell) -> None:
    (shell.folder / "sub").mkdir()
    first, second = shell.write("A", "%%step a\nx = 1"), shell.write("sub/A", "%%step b\ny = 2")
    assert "run 1 of A" in shell("run", first).out
    told = "this flow is called sub.A, because another notebook with runs in this store is also called A.ipynb"
    assert [told in shell("run", second).out for _ in range(2)] == [True, False]
    assert len(shell("runs", first).lines) == 1
    assert len(shell("runs", second).lines) == 2
    assert [shell("status", path).code for path in (first, second)] == [0, 0]
    assert "b" in shell("dump", second, "b").out
    assert shell("dump", first, "b").code == 2
