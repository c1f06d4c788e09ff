"""Values are opened by another process: with the notebook's classes and modules, and only if they are trusted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbflow.jupyter.panel.answers import Question, answer
from nbflow.jupyter.values import viewers
from nbflow.jupyter.values.viewers import KernelCommand
from tests.hostile.poison import poison
from tests.jupyter.panel.desk import Desk
from tests.jupyter.serving import serve


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "keys"))
    folder = tmp_path / "notebooks"
    folder.mkdir()
    return Desk(folder)


def run(desk: Desk, *cells: str) -> None:
    desk.write(*cells)
    said = desk.use("run")
    assert said.code == 0, said


def question(name: str, ask: str = "open", task: int = 1, run: int = 1, **more: Any) -> dict[str, Any]:
    return {"ask": ask, "run": run, "task": task, "name": name, **more}


def message(desk: Desk, sent: Any) -> tuple[int, str]:
    status, found = desk.try_to_ask("value", sent)
    return status, found["message"]


def test_classes_of_the_notebook_and_modules_beside_it_are_those_of_the_run(desk: Desk) -> None:
    (desk.folder / "helper.py").write_text("class Help:\n    def __repr__(self):\n        return 'helped'\n")
    run(
        desk, "class Model:\n    def __init__(self):\n        self.size = 3",
        "%%step load\nfrom helper import Help\nmodel, helped = Model(), Help()",
    )  # fmt: skip
    assert desk.ask("value", question("model"))["faces"] == ["tree", "text"]
    (part,) = desk.ask("value", question("model", "parts", rows=[0, 9]))["parts"]
    assert (part["key"], part["text"]) == (".size", "3")
    assert desk.ask("value", question("helped", "text"))["text"] == "helped"


def reducing(name: str, function: str, *arguments: int) -> str:
    """The text of a class whose objects, when they are loaded, are what a function returns."""
    return f"class {name}:\n    def __reduce__(self):\n        return {function}, {arguments!r}\n"


def test_it_is_a_process_that_goes_on_and_not_the_one_of_the_server(desk: Desk) -> None:
    run(desk, f"%%step load\nimport os\n{reducing('Where', 'os.getpid')}where = Where()")
    (shown,) = {desk.ask("value", question("where", "text"))["text"] for _ in range(2)}
    assert shown != str(os.getpid())


def process_after(desk: Desk, **asked: Any) -> subprocess.Popen[str]:
    """A process that shows values, after its answer to a question; one that only got ready ends after half a second."""
    code = "from nbflow.jupyter.values import viewing as it\nit.READY_SECONDS = 0.5\nit.serve_values()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    place = {"root": str(desk.folder / ".nbflow"), "flow": desk.name, "folder": str(desk.folder)}
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({**place, "body": json.dumps(question(**asked))}) + "\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())[0] == 200
    return process


def test_a_process_that_only_got_ready_ends_sooner_than_one_that_has_opened_a_value(desk: Desk) -> None:
    run(desk, "%%step load\nvalues = [1, 2]")
    with process_after(desk, name="pandas.DataFrame", ask="prepare") as ready:
        assert ready.wait(60) == 0
    with process_after(desk, name="values") as opened, pytest.raises(subprocess.TimeoutExpired):
        opened.wait(1)


@pytest.mark.parametrize("sign", ["by another", "not at all", "before"])
def test_what_is_not_trusted_is_refused_in_a_line_and_no_code_is_run(desk: Desk, sign: str) -> None:
    run(desk, "%%step load\nvalues = [1, 2]")
    poisoned = poison(desk.folder / ".nbflow", sign)
    for name in ("json", "numpy", "pandas", "helper", "sitecustomize"):
        (desk.folder / f"{name}.py").write_text(f"open({str(poisoned.mark)!r}, 'w')")
    status, said = message(desk, question("values"))
    assert (status, said.count("\n")) == (409, 0)
    assert "nbflow trust" in said
    assert message(desk, question("values", versus=[1, 1]))[0] == 409
    assert not poisoned.has_run_code


def test_a_value_that_ends_the_process_is_told_and_the_next_one_is_shown(desk: Desk) -> None:
    run(desk, f"%%step load\nimport os\n{reducing('Crash', 'os._exit', 7)}crash, whole = Crash(), 'whole'")
    for _ in range(2):
        status, said = message(desk, question("crash"))
        assert (status, said.count("\n")) == (409, 0)
        assert "exit code is 7" in said
    assert desk.ask("value", question("whole", "text"))["text"] == "whole"


def test_a_value_that_prints_reads_and_raises_disturbs_no_answer(desk: Desk) -> None:
    loud = (
        "def loud():\n    import os\n    print('loud')\n    os.write(1, b'[200, 1]\\n')\n    os.system('echo louder')"
    )
    run(desk, f"{loud}\n    input()", f"%%step load\n{reducing('Loud', 'loud')}value, whole = Loud(), 'whole'")
    status, said = message(desk, question("value"))
    assert (status, "EOFError" in said) == (409, True)
    assert desk.ask("value", question("whole", "text"))["text"] == "whole"


def test_a_value_that_takes_too_long_is_given_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run(desk, f"%%step load\nimport time\n{reducing('Slow', 'time.sleep', 99)}slow = Slow()")
    monkeypatch.setattr(viewers, "SECONDS_FOR_ANSWER", 2.0)
    assert "it had no answer after 2 s" in message(desk, question("slow"))[1]


@pytest.mark.parametrize(
    "sent",
    [
        {}, [], {"ask": "open"}, question("x", "steal"), question("x", task="1"), question("x", rows=[1]),
        question("x", sort=["a", 1]), question("x", picks=[{}]), question("x", part=[-1]), question("x", run=1e3),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(desk: Desk, sent: Any) -> None:
    run(desk, "%%step load\nx = 1")
    assert desk.try_to_ask("value", sent)[0] == 400


def test_what_is_not_there_is_told(desk: Desk) -> None:
    desk.write("%%step load\nx = 1")
    assert desk.try_to_ask("value", question("x"))[0] == 404
    run(desk, "%%step load\nx = 1")
    assert "no artifact 'y'" in message(desk, question("y"))[1]
    assert message(desk, question("x", "window"))[1] == "'x' is no table"
    assert desk.try_to_ask("value", question("x", part=[3]))[0] == 400


def test_versions_are_the_tasks_of_other_runs_for_the_same_item(desk: Desk) -> None:
    cells = ("%%parameters\nfactor: int = 1", "%%step load\nfilms = [5, 6]", "%%step fit --foreach film in films\n"
             "score = film * factor")  # fmt: skip
    run(desk, *cells)
    assert desk.use("run", "--factor", "2").code == 0
    grid = desk.ask("grid", step="fit", run=2)
    (number,) = [task["number"] for task in grid["tasks"] if task["label"] == "fit[1]"]
    found = desk.ask("versions", run=2, task=number, name="score")
    assert found["label"] == "2/fit[1]"
    assert [(one["run"], one["same"], one["text"]) for one in found["versions"]] == [(2, True, "12"), (1, False, "6")]
    shown = desk.ask("task", run=2, task=number)
    assert {one["name"]: one["task"] for one in shown["artifacts"]}["score"] == number
    assert desk.try_to_ask("versions", run=2, task=number, name="other")[0] == 404


def test_a_kernel_of_another_python_loads_its_own_values() -> None:
    tail = ("-m", "nbflow.jupyter.values")
    own = (sys.executable, *tail)
    known = {
        ("/env/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"): ("/env/bin/python", *tail),
        ("python", "-Xfrozen_modules=off", "-m", "ipykernel_launcher"): (sys.executable, "-Xfrozen_modules=off", *tail),
        ("conda", "run", "-n", "x", "python", "-m", "ipykernel"): ("conda", "run", "-n", "x", "python", *tail),
        ("R", "-e", "IRkernel::main()"): own,
        (): own,
    }
    assert {argv: KernelCommand(argv).viewer for argv in known} == known


def test_an_environment_without_nbflow_is_told(desk: Desk, tmp_path: Path) -> None:
    run(desk, "%%step load\nx = 1")
    body = json.dumps(question("x"))
    for program, wanted in ((str(tmp_path / "nothing"), "cannot be started"), (sys.executable, "No module named")):
        kernel = KernelCommand((program, "-S", "-E", "-m", "ipykernel_launcher"))
        found = answer("value", Question(desk.folder, {"path": "films.ipynb"}, body, kernel=kernel))
        assert found.status == 409
        assert wanted in found.text


def test_a_server_loads_values_only_for_what_is_posted(desk: Desk, tmp_path: Path) -> None:
    run(desk, "%%step load\nx = 1")
    (tmp_path / "home").mkdir()
    with serve(desk.folder, tmp_path / "home") as server:
        assert server.ask("value", path="films.ipynb", run="1", task="1", name="x").status == 405
        reply = server.ask("value", question("x"), path="films.ipynb", kernel="python3")
        assert (reply.status, reply.data["text"]) == (200, "1")
        assert server.ask("value", question("x"), path="films.ipynb", kernel="no such kernel").status == 200
