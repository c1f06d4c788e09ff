"""Reading runs from Python."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import nbflow
from nbflow import DataArtifact, Flow, Run, Step, Task, namespace
from nbflow.errors import MetaflowNamespaceMismatch, PathspecError, UnknownName
from tests.cli.shell import Shell
from tests.flows import LOOP

CELLS = (
    "%%parameters\ntop: int = 2",
    "class Film:\n    def __init__(self, title):\n        self.title = title\n\n"
    "def loud(film):\n    return Film(film.title.upper())",
    "%%step load\nimport sys\nfilms = [Film('Up'), Film('Alien')]\nprint('loaded')\nprint('careful', file=sys.stderr)",
    "%%step fit --foreach film in films[:top]\nscore = len(film.title)\nbest = loud(film)",
    "%%step end --join fit\nscores = inputs.score",
    "%%step share\nratio = 10 // (top - 1)",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run 1 succeeds, run 2 fails, run 3 has a newer class."""
    shell = Shell(tmp_path_factory.mktemp("client"))
    films = shell.write("films", *CELLS)
    assert shell("run", films, "--tag", "good").code == 0
    assert shell("run", films, "--top", "1").code == 1
    shell.write("films", CELLS[0], CELLS[1] + "  # as before\n\nnewer = True", *CELLS[2:])
    assert shell("run", films, "--reuse").code == 0
    assert shell("run", shell.write_shape(LOOP)).code == 0
    return shell.folder


@pytest.fixture
def flow(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flow]:
    monkeypatch.chdir(folder)
    yield Flow("films")
    namespace(None)


def test_runs_are_newest_first_and_known_by_how_they_ended(flow: Flow) -> None:
    assert [run.id for run in flow] == ["3", "2", "1"]
    assert [run.status for run in flow.runs()] == ["succeeded", "failed", "succeeded"]
    assert [run.id for run in flow.runs("good")] == ["1"]
    latest, good = flow.latest_run, flow.latest_successful_run
    assert latest is not None
    assert good is not None
    assert (latest.id, latest.successful, latest.finished, good.id) == ("3", True, True, "3")
    assert (flow["2"].successful, flow["2"].finished, flow[2].parameters) == (False, True, {"top": 1})
    assert "2" in flow
    assert "9" not in flow


def test_runs_are_a_table(flow: Flow) -> None:
    table = flow.runs_table()
    assert list(table.index) == [3, 2, 1]
    assert list(table.columns) == [
        "status", "kind", "started", "seconds", "tags", "note", "pinned", "top", "ratio",
    ]  # fmt: skip
    assert list(table["status"]) == ["succeeded", "failed", "succeeded"]
    assert list(table["top"]) == [2, 1, 2]
    assert list(table["ratio"].dropna()) == [10, 10]
    assert table["started"][1] == flow[1].created_at
    assert list(flow.runs_table("good").index) == [1]


def test_tasks_of_a_foreach_stand_in_the_order_of_their_items(flow: Flow) -> None:
    step = flow["1"]["fit"]
    assert [(task.index, task.data.score) for task in step.tasks] == [(0, 2), (1, 5)]
    assert [task.pathspec for task in step.tasks()] == [task.pathspec for task in step]
    assert len(step) == 2
    assert step["fit[1]"].data.score == 5
    assert step[step.task.id].index == 0


def test_values_are_of_the_classes_of_the_notebook(flow: Flow) -> None:
    task = flow["1"]["fit"].task
    film, best = task.data.film, task.data.best
    assert (film.title, best.title, type(film).__name__) == ("Up", "UP", "Film")
    assert type(film) is type(best)
    assert "Film" not in globals()


def test_a_task_sees_its_own_artifacts_and_the_nearest_above(flow: Flow) -> None:
    task = flow["1"]["fit"]["fit[1]"]
    assert {artifact.id for artifact in task} == {"film", "score", "best"}
    assert dir(task.data) == ["best", "film", "films", "score"]
    assert [film.title for film in task.data.films] == ["Up", "Alien"]
    assert "films" in task
    assert flow["1"].data is not None
    assert flow["1"]["end"].task.data.scores == [2, 5]


def test_an_artifact_is_described_without_loading_it(flow: Flow) -> None:
    artifact = flow["1"]["end"].task["scores"]
    assert (artifact.summary.type, artifact.data) == ("list", [2, 5])
    assert artifact.sha == flow["3"]["end"].task["scores"].sha
    assert artifact.size > 0


def test_output_and_exceptions_of_a_task(flow: Flow) -> None:
    load = flow["1"]["load"].task
    assert (load.stdout, load.stderr, load.exception) == ("loaded\n", "careful\n", None)
    assert load.outputs[0]["output_type"] == "stream"
    failed = flow["2"]["share"].task
    assert (failed.successful, failed.finished, failed.status) == (False, True, "failed")
    assert failed.exception is not None
    assert str(failed.exception) == "ZeroDivisionError: integer division or modulo by zero"
    assert (failed.exception.type, failed.exception.message) == (
        "builtins.ZeroDivisionError",
        "integer division or modulo by zero",
    )
    assert failed.exception.frames[-1].where == "films.ipynb · step share · cell 6, line 2"


def test_pathspecs_lead_to_the_same_things(flow: Flow) -> None:
    task = flow["1"]["fit"]["fit[1]"]
    assert Run("films/1").pathspec == "films/1"
    assert Run["films/1"].pathspec == "films/1"
    assert [one.pathspec for one in Step("films/1/fit")] == [one.pathspec for one in flow["1"]["fit"]]
    assert Task(task.pathspec).data.score == 5
    assert DataArtifact(f"{task.pathspec}/score").data == 5
    assert task.parent.parent.parent.pathspec == "films"


def test_steps_that_have_begun_are_there_last_first(flow: Flow) -> None:
    assert [step.id for step in flow["1"]] == ["share", "end", "fit", "load"]
    assert "end" in flow["1"]
    assert [step.id for step in flow["1"].steps()] == [step.id for step in flow["1"]]


def test_turns_of_a_loop_are_tasks(flow: Flow) -> None:
    run = Flow("loop").latest_run
    assert run is not None
    assert [task.data.total for task in run["grow"].tasks] == [3, 6, 9, 12]


def test_tags_are_added_and_removed(flow: Flow) -> None:
    run = flow["2"]
    run.add_tag("odd")
    run.add_tags(["a", "b"])
    assert flow["2"].user_tags == {"odd", "a", "b"} == flow["2"].tags - flow["2"].system_tags
    run.remove_tags(["a", "b", "odd"])
    assert flow["2"].user_tags == frozenset()


def test_a_namespace_hides_the_runs_of_others(flow: Flow) -> None:
    namespace("user:nobody-of-this-name")
    with pytest.raises(MetaflowNamespaceMismatch):
        Flow(flow.id)
    namespace("good")
    assert [run.id for run in Flow(flow.id)] == ["1"]
    assert [run.id for run in flow] == ["3", "2", "1"]  # it is seen as it was when it was made
    assert nbflow.get_namespace() == "good"


def test_without_a_namespace_all_see_a_text_notebook_and_a_script_is_seen_by_its_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path)
    (tmp_path / "text.py").write_text("# %%\n# %%step one\nx = 1\n")
    (tmp_path / "script.py").write_text(
        "from nbflow import FlowSpec, step\nclass Small(FlowSpec):\n    @step\n    def start(self):\n"
        "        self.next(self.end)\n    @step\n    def end(self):\n        pass\n"
        "if __name__ == '__main__':\n    Small()\n"
    )
    assert shell("run", "text.py").code == 0
    subprocess.run([sys.executable, "script.py", "run"], check=True, capture_output=True)
    nbflow.default_namespace()
    monkeypatch.setenv("METAFLOW_USER", "somebody-else")
    latest = Flow("text").latest_run
    assert latest is not None
    assert latest["one"].task.data.x == 1
    with pytest.raises(MetaflowNamespaceMismatch):
        Flow("Small")


@pytest.mark.parametrize(
    ("look", "message"),
    [
        (lambda flow: Flow("film"), "no flow 'film': did you mean 'films'?"),
        (lambda flow: flow["7"], "no run '7': choose from 1, 2, 3, good"),
        (lambda flow: flow["1"]["fti"], "no step 'films/1/fti': did you mean 'films/1/fit'?"),
        (lambda flow: flow["1"]["load"]["load[4]"], "no task 'films/1/load/load[4]': did you mean 'films/1/load/"),
        (lambda flow: flow["1"]["load"].task["flims"], "did you mean 'films/1/load/"),
        (lambda flow: Run["1"], "no run '1': choose from films/1, loop/1"),
    ],
)
def test_what_is_not_there_offers_the_nearest(flow: Flow, look, message: str) -> None:
    with pytest.raises(UnknownName) as caught:
        look(flow)
    assert message in str(caught.value)


def test_a_missing_attribute_names_those_there_are(flow: Flow) -> None:
    with pytest.raises(AttributeError, match=r"^load has no artifact 'x'; it has films$"):
        _ = flow["1"]["load"].task.data.x


def test_what_the_last_step_of_a_run_does_not_see_is_read_of_the_step_that_makes_it(flow: Flow) -> None:
    with pytest.raises(AttributeError, match=r"^share has no artifact 'scores'; .* makes it: run\['end'\]\.task"):
        _ = flow["1"].data.scores  # type: ignore[union-attr]
    assert flow["1"]["end"].task.data.scores == [2, 5]
    with pytest.raises(AttributeError, match=r"^share has no artifact 'x'; it has ratio$"):
        _ = flow["1"].data.x  # type: ignore[union-attr]


def test_a_pathspec_of_another_form_is_refused(flow: Flow) -> None:
    with pytest.raises(PathspecError, match=r"^'films' is not a pathspec of the form Flow/run$"):
        Run("films")


def test_the_package_names_what_it_exports() -> None:
    assert {"DataArtifact", "Flow", "Run", "Step", "Task", "get_namespace", "namespace"} <= set(dir(nbflow))
    assert {"FlowSpec", "IncludeFile", "Parameter", "current", "retry", "step"} <= set(dir(nbflow))
    with pytest.raises(AttributeError, match="has no attribute 'Flwo'"):
        _ = nbflow.Flwo


def test_what_is_stored_of_the_client_is_its_pathspec(flow: Flow) -> None:
    task = flow["1"]["fit"]["fit[1]"]
    for one in (flow, flow["1"], task.step, task, task["score"]):
        stream = pickle.dumps(one, 5)
        assert (type(pickle.loads(stream)), pickle.loads(stream).pathspec) == (type(one), one.pathspec)
        assert b"nbflow.client." not in stream  # the package; in which module of it a class is defined may change


RELATED = (
    "%%step a\nx = 1\nxs = [1, 2]\nkind = 'no'",
    "%%step each --foreach i in xs\nq = i * x",
    "%%step more\nr = q + 1",
    "%%step joined --join more\ntotal = sum(inputs.r)",
    "%%step left_out --if kind == 'yes'\ny = total",
    "%%step beside\nz = x + 1\nn = 0\ngoes_on = True",
    "%%step turn --while goes_on\nn = n + z\ngoes_on = n < 3",
    "%%step last --after left_out\nresult = (total, n, x)",
)


def test_steps_and_tasks_of_a_notebook_know_who_led_to_them(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert shell("run", shell.write("related", *RELATED)).code == 0
    run = Flow("related", tmp_path).latest_run
    assert run is not None
    steps = {step.id: ({one.id for one in step.parent_steps}, {one.id for one in step.child_steps}) for step in run}
    assert steps == {
        "a": (set(), {"each", "beside"}),
        "each": ({"a"}, {"more"}),
        "more": ({"each"}, {"joined"}),
        "joined": ({"more"}, {"last"}),
        "left_out": ({"joined"}, set()),
        "beside": ({"a"}, {"turn"}),
        "turn": ({"beside"}, {"last"}),
        "last": ({"joined", "turn"}, set()),
    }
    tasks = {
        one._address: ([p._address for p in one.parent_tasks], [c._address for c in one.child_tasks])
        for step in run
        for one in step
        if step.id != "left_out"
    }
    assert tasks == {
        "a": ([], ["each[0]", "each[1]", "beside"]),
        "each[0]": (["a"], ["more[0]"]),
        "each[1]": (["a"], ["more[1]"]),
        "more[0]": (["each[0]"], ["joined"]),
        "more[1]": (["each[1]"], ["joined"]),
        "joined": (["more[0]", "more[1]"], ["last"]),
        "beside": (["a"], ["turn"]),
        "turn": (["beside"], ["turn@1"]),
        "turn@1": (["turn"], ["last"]),
        "last": (["joined", "turn@1"], []),
    }
