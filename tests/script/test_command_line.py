"""`python flow.py …`: words, options, lines and exit codes, in processes of their own."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.client import Flow
from nbflow.store.catalog.rows import RunStatus
from tests.script import shapes
from tests.script.running import Scripts

NOTEBOOKS = Path(__file__).parents[2] / "notebooks" / "scripts"
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} "


def test_the_linear_flow_talks_as_its_readers_know_it(scripts: Scripts) -> None:
    done = scripts.command(NOTEBOOKS / "linear_flow.py", "run")
    assert done.returncode == 0, done.stderr
    lines = [re.sub(r"pid \d+", "pid N", re.sub(STAMP, "TIME ", line)) for line in done.stdout.splitlines()]
    assert lines == [
        "nbflow executing LinearFlow for user:tester",
        "Validating your flow...",
        "    The graph looks good!",
        "TIME Workflow starting (run-id 1):",
        "TIME [1/start/1 (pid N)] Task is starting.",
        "TIME [1/start/1 (pid N)] Task finished successfully.",
        "TIME [1/process_message/2 (pid N)] Task is starting.",
        "TIME [1/process_message/2 (pid N)] the message is: Thanks for reading.",
        "TIME [1/process_message/2 (pid N)] Task finished successfully.",
        "TIME [1/end/3 (pid N)] Task is starting.",
        "TIME [1/end/3 (pid N)] the message is still: Thanks for reading.",
        "TIME [1/end/3 (pid N)] Task finished successfully.",
        "TIME Done!",
    ]


def test_the_playlist_flow_recommends_films_of_the_genre(scripts: Scripts) -> None:
    done = scripts.command(NOTEBOOKS / "playlist_flow.py", "run", "--genre", "Comedy", "--top_k", "2")
    assert done.returncode == 0, done.stderr
    assert "Playlist for movies in genre 'Comedy'" in done.stdout
    data = Flow("PlayListFlow", scripts.folder).latest_run["end"].task.data
    assert data.playlist == ["Ratatouille", "Madagascar: Escape 2 Africa"]
    assert (data.genre, data.top_k, data.bonus[1] != "Comedy") == ("Comedy", 2, True)


ONE = """
alpha = Parameter("alpha", default=1, help="How much.")
flag = Parameter("flag", default=False)

@step
def start(self):
    \"\"\"Print both.\"\"\"
    print("alpha is", self.alpha, "flag is", self.flag)
    self._private = 5
    self.next(self.end)

@step
def end(self):
    pass
"""


@pytest.fixture
def one(scripts: Scripts) -> Path:
    return scripts.write(ONE, "one.py")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (["run", "--alpha", "3"], "alpha is 3 flag is False"),
        (["run", "--alpha=3", "--flag", "True"], "alpha is 3 flag is True"),
        (["run", "--flag"], "alpha is 1 flag is True"),
        (["--quiet", "--no-pylint", "--metadata", "local", "--datastore=local", "run"], "alpha is 1"),
        (["--with", "retry:times=1", "run", "--quiet"], "alpha is 1"),
    ],
)
def test_options_stand_before_the_command_or_behind(scripts: Scripts, one: Path, args: list[str], text: str) -> None:
    done = scripts.command(one, *args)
    assert done.returncode == 0, done.stdout + done.stderr
    assert text in done.stdout
    assert ("Validating" in done.stdout) is ("--quiet" not in args)


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (["frob"], 2, "No such command 'frob'"),
        (["rum"], 2, "did you mean 'run'?"),
        (["run", "--alpha", "x"], 2, "Invalid value for '--alpha': 'x' is not a valid integer"),
        (["run", "--beta", "x"], 2, "No such option"),
        (["run", "--with", "batch"], 1, "@batch is not part of nbflow"),
        (["--datastore", "s3", "run"], 2, "--datastore s3 is not part of nbflow"),
        (["resume"], 1, "flow F has no run in"),
        (["dump", "start"], 1, "no flow 'F'"),
        (["logs", "9/start"], 1, "no flow 'F'"),
    ],
)
def test_what_is_typed_wrongly_is_said_without_a_traceback(
    scripts: Scripts, one: Path, args: list[str], code: int, message: str
) -> None:
    scripts.command(scripts.write(ONE.replace("alpha", "other"), "g.py").rename(scripts.folder / "h.py"), "check")
    done = scripts.command(one, *args)
    assert message in done.stderr or "there is no store" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == code


def test_a_wrong_flow_is_refused_before_anything_runs(scripts: Scripts) -> None:
    path = scripts.write(ONE.replace("self.next(self.end)", "pass"), "wrong.py")
    for command in ("check", "run"):
        done = scripts.command(path, command)
        assert done.returncode == 1
        assert "step 'start' does not end with self.next" in done.stderr
    assert not (scripts.folder / ".nbflow").exists()


def test_undefined_names_stop_a_run_unless_lint_is_off(scripts: Scripts) -> None:
    path = scripts.write(ONE.replace("print(", "undefined("), "wrong.py")
    refused = scripts.command(path, "run")
    assert "    wrong.py:11:8: E0602: Undefined variable 'undefined' (undefined-variable)" in refused.stdout
    assert "Pylint is not happy:\n    Fix Pylint warnings listed above or say --no-pylint." in refused.stderr
    assert scripts.command(path, "--no-pylint", "check").returncode == 0
    done = scripts.command(path, "run", "--no-lint")
    assert done.returncode == 1
    assert "NameError: name 'undefined' is not defined" in done.stdout
    assert "Workflow failed." in done.stdout


def test_a_failure_shows_its_traceback_and_exits_with_1(scripts: Scripts) -> None:
    done = scripts.command(scripts.write(shapes.LINEAR.replace('["start"]', "1 / 0"), "bad.py"), "run")
    assert done.returncode == 1
    assert re.search(STAMP + r"\[1/start/1 \(pid \d+\)\] ZeroDivisionError: division by zero", done.stdout)
    assert re.search(STAMP + r"\[1/start/1 \(pid \d+\)\] Task failed\.", done.stdout)
    assert "bad.py" in done.stdout
    assert "Step failure: start: ZeroDivisionError: division by zero" in done.stdout


def test_the_history_is_told(scripts: Scripts, one: Path) -> None:
    assert scripts.command(one, "run", "--tag", "first", "--run-id-file", "id").returncode == 0
    assert (scripts.folder / "id").read_text() == "1"
    assert "alpha [sha:" in scripts.command(one, "dump", "1/start").stdout
    assert "alpha" not in scripts.command(one, "dump", "1/start", "--include", "flag").stdout
    assert " = 1" not in scripts.command(one, "dump", "1/start", "--max-value-size", "3").stdout
    scripts.command(one, "dump", "1/end", "--file", "values.pickle")
    assert pickle.loads((scripts.folder / "values.pickle").read_bytes()) == {"1/end/2": {"alpha": 1, "flag": False}}
    assert "_private" not in scripts.command(one, "dump", "1/start").stdout
    assert "_private [sha:" in scripts.command(one, "dump", "1/start", "--private").stdout
    assert scripts.command(one, "logs", "1/start").stdout == "alpha is 1 flag is False\n"
    assert scripts.command(one, "logs", "show", "1/start/1", "--stderr").stdout == ""
    assert "alpha=1" in scripts.command(one, "runs").stdout
    assert "start: 1 succeeded" in scripts.command(one, "status").stdout
    assert "deleted 0 runs" in scripts.command(one, "gc").stdout


def test_a_long_value_takes_one_line_of_the_table(scripts: Scripts) -> None:
    path = scripts.write(ONE.replace("default=1", 'default="one\\ntwo " * 50'), "long.py")
    assert scripts.command(path, "run").returncode == 0
    [line] = scripts.command(path, "runs").stdout.splitlines()
    assert line.endswith("alpha=one two one two one two one two one … flag=False")


def test_a_parameter_before_the_command_is_named(scripts: Scripts, one: Path) -> None:
    refused = scripts.command(one, "--alpha", "3", "resume")
    assert refused.returncode == 2
    message = "--alpha is a parameter of the flow, which stands behind the command: resume --alpha 3"
    assert refused.stderr.splitlines()[-1] == f"Error: {message}"


def test_tags_are_given_taken_and_replaced(scripts: Scripts, one: Path) -> None:
    scripts.command(one, "run", "--tag", "a")
    assert scripts.command(one, "tag", "add", "b", "ü").stdout == "run 1: a, b, ü\n"
    assert scripts.command(one, "tag", "remove", "b").stdout == "run 1: a, ü\n"
    assert scripts.command(one, "tag", "replace", "a", "c").stdout == "run 1: c, ü\n"
    assert scripts.command(one, "tag", "list", "--run-id", "1").stdout == "run 1: c, ü\n"
    assert scripts.command(one, "tag", "replace", "nope", "c").returncode == 1


def test_the_graph_is_shown(scripts: Scripts) -> None:
    path = scripts.write(shapes.SWITCH, "switch.py")
    shown = scripts.command(path, "show").stdout
    assert "Step start\n    ?\n    => fast, slow, end (switch on kind)" in shown
    assert "start -> fast" in scripts.command(path, "output-dot").stdout
    assert scripts.command(path, "check").stdout.endswith("The graph looks good!\n")
    assert "resume" in scripts.command(path, "help").stdout
    assert scripts.command(path, "version").stdout.startswith("nbflow ")


def test_a_long_step_is_followed_while_it_runs_and_ctrl_c_keeps_what_is_done(scripts: Scripts) -> None:
    body = shapes.LINEAR.replace(
        'self.trail = self.trail + ["middle"]', 'print("half way"); import time\n    time.sleep(60)'
    )
    path = scripts.write(body, "long.py")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen(
        [sys.executable, str(path), "run"], cwd=scripts.folder, env=env, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    seen = next(line for line in process.stdout if "half way" in line)
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 1
    assert re.match(STAMP + r"\[1/middle/2 \(pid \d+\)\] half way", seen)
    assert "Workflow interrupted" in rest
    assert Flow("F", scripts.folder)[1].status is RunStatus.CANCELLED
    assert Flow("F", scripts.folder)[1]["start"].task.data.trail == ["start"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(scripts: Scripts, one: Path) -> None:
    scripts.folder.chmod(0o500)
    try:
        done = scripts.command(one, "run")
    finally:
        scripts.folder.chmod(0o700)
    assert (done.returncode, "cannot write to" in done.stderr) == (1, True)


def test_a_script_without_a_main_guard_runs_once(scripts: Scripts) -> None:
    path = scripts.write(ONE, "bare.py")
    path.write_text(path.read_text().replace('if __name__ == "__main__":\n    F()', "F()"))
    done = scripts.command(path, "run")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("alpha is 1") == 1


def test_workers_may_be_spawned(scripts: Scripts) -> None:
    path = scripts.write(shapes.FOREACH, "spawned.py")
    done = scripts.command(path, "run", "--max-workers", "2", NBFLOW_START_METHOD="spawn")
    assert done.returncode == 0, done.stdout + done.stderr
    assert [y for _, y, _ in Flow("F", scripts.folder)[1]["end"].task.data.trail] == ["pp", "qq", "rr"]


def test_a_script_runs_from_another_folder_and_finds_its_modules(scripts: Scripts) -> None:
    (scripts.folder / "inner").mkdir()
    (scripts.folder / "inner" / "near.py").write_text("VALUE = 7\n")
    path = scripts.write(ONE.replace('print("alpha is"', 'import near; print(near.VALUE, "alpha is"'))
    path = path.rename(scripts.folder / "inner" / "my-flow.py")
    done = scripts.command(path, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 alpha is 1" in done.stdout
    (scripts.folder / "inner" / "near.py").write_text("VALUE = 8\n")
    assert "8 alpha is 1" in scripts.command(path, "resume").stdout
    assert (scripts.folder / ".nbflow").is_dir()


def test_tags_of_several_runs_are_listed_by_run_and_by_tag(scripts: Scripts) -> None:
    path = scripts.write("@step\ndef start(self): pass\n")
    for tags in (["--tag", "a", "--tag", "b"], ["--tag", "b"]):
        assert scripts.command(path, "run", *tags).returncode == 0
    assert scripts.command(path, "run", "--tag", "c", METAFLOW_USER="other").returncode == 0

    def listed(*options: str) -> list[str]:
        done = scripts.command(path, "tag", "list", *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    assert listed("--group-by-tag", "--hide-system-tags") == ["user:a ; F/1", "user:b ; F/2,F/1", "user:c ; F/3"]
    assert "system:user:tester ; F/2,F/1" in listed("--group-by-tag")
    assert listed("--my-runs", "--group-by-run", "--hide-system-tags") == ["F/2 ;  ; b", "F/1 ;  ; a,b"]
    assert listed("--all") == ["run 3: c", "run 2: b", "run 1: a, b"]
    assert listed("--group-by-run", "--run-id", "1")[0].endswith("runtime:dev,user:tester ; a,b")
    assert scripts.command(path, "tag", "list", "--all", "--my-runs").returncode == 2


def test_a_store_with_a_limit_evicts_old_results_which_resume_computes_again(scripts: Scripts) -> None:
    script = scripts.write(
        """
        from nbflow import FlowSpec, Parameter, step

        class F(FlowSpec):
            n = Parameter("n", default=1)

            @step
            def start(self):
                self.big = bytes([self.n]) * 300_000
                self.next(self.end)

            @step
            def end(self):
                print(len(self.big))

        if __name__ == "__main__":
            F()
        """,
        "limited.py",
    )
    limit = {"NBFLOW_STORE_LIMIT": "1KB"}
    assert "evicted 1 " not in scripts.command(script, "run", **limit).stdout
    assert "evicted 1 old result, 300 kB" in scripts.command(script, "run", "--n", "2", **limit).stdout
    again = scripts.command(script, "resume", "--origin-run-id", "1", **limit)
    assert (again.returncode, "Done!" in again.stdout) == (0, True)
