"""Parameters, files, and what `current` tells."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow import IncludeFile, JSONType, Parameter
from nbflow.errors import MetaflowException, ParameterFieldFailed
from nbflow.script.inputs.parameter_values import resolve_parameters
from nbflow.script.inputs.parameters import RESERVED_OPTIONS, parameters_of
from nbflow.script.language.current import current
from tests.script.beside import artifacts_of, run_with
from tests.script.running import Scripts


def value_of(parameter: Parameter, given: object = None, **environment: str) -> object:
    cls = type("F", (), {"p": parameter})
    os.environ.update(environment)
    try:
        return resolve_parameters(cls, {} if given is None else {parameter.name: given})["p"]
    finally:
        for name in environment:
            del os.environ[name]


@pytest.mark.parametrize(
    ("parameter", "given", "value"),
    [
        (Parameter("p"), None, None),
        (Parameter("p"), "x", "x"),
        (Parameter("p", default=1), None, 1),
        (Parameter("p", default=1), "7", 7),
        (Parameter("p", default=0.5), "2", 2.0),
        (Parameter("p", type=float, default=1), None, 1.0),
        (Parameter("p", default=False), "True", True),
        (Parameter("p", default=True), "no", False),
        (Parameter("p", type=JSONType, default='{"a": [1]}'), None, {"a": [1]}),
        (Parameter("p", type=JSONType), "[1, null]", [1, None]),
        (Parameter("p", type=JSONType), {"a": 1}, {"a": 1}),
        (Parameter("p", type=JSONType, default="[1]"), "null", [1]),
        (Parameter("p", type=JSONType), "null", None),
        (Parameter("p", separator=","), "a,b", ["a", "b"]),
        (Parameter("p", separator=","), "", ""),
        (Parameter("p", default="x,y", separator=","), None, ["x", "y"]),
        (Parameter("p", default=["x"], separator=","), None, ["x"]),
        (Parameter("p", default=lambda context: context.parameter_name + context.flow_name), None, "pF"),
        (Parameter("p", type=int, default=lambda context: 3), None, 3),
        (Parameter("p", required=True, default=3), None, 3),
        (Parameter("p", type=JSONType, default={"a": 1}), None, {"a": 1}),
        (Parameter("p", type=JSONType, default=(1, 2)), None, (1, 2)),
        (Parameter("p", type=JSONType, default=3), None, 3),
        (Parameter("p", default=[1, 2]), None, [1, 2]),
        (Parameter("p", default=(1, 2)), None, (1, 2)),
        (Parameter("p", default={"a": 1}), None, {"a": 1}),
        (Parameter("p", default={1, 2}), None, {1, 2}),
        (Parameter("p", default=1j), "2", 2 + 0j),
        (Parameter("p", default=b"a"), None, b"a"),
        (Parameter("p", type=dict, default={"a": 1}), None, {"a": 1}),
        (Parameter("p", type=tuple, default=[1]), None, (1,)),
        (Parameter("p", type=float, default="2.5"), None, 2.5),
        (Parameter("p", type=float, default=True), None, 1.0),
        (Parameter("p", type=int, default=2.0), None, 2),
        (Parameter("p", type=int, default=True), None, 1),
        (Parameter("p", type=bool, default="no"), None, False),
        (Parameter("p", type=str, default=1), None, 1),
        (Parameter("p", type=str, default=b"ab"), None, "ab"),
        (Parameter("p", default="a", separator=""), None, "a"),
        (Parameter("p", help=3), None, None),
        (Parameter("p", hidden=True, metavar="N", default=1), None, 1),
        (Parameter("p", multiple=True, type=int, default=[1]), None, (1,)),
        (Parameter("p", multiple=True), None, ()),
        (Parameter("p", multiple=True, type=int), ("1", "2"), (1, 2)),
    ],
)
def test_a_parameter_has_the_value_of_its_type(parameter: Parameter, given: object, value: object) -> None:
    found = value_of(parameter, given)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("prefix", ["METAFLOW", "NBFLOW"])
def test_the_environment_sets_a_parameter(prefix: str) -> None:
    assert value_of(Parameter("top-k", default=1), **{f"{prefix}_RUN_TOP_K": "4"}) == 4


def test_an_environment_variable_of_its_own_sets_a_parameter() -> None:
    assert value_of(Parameter("p", default=1, envvar="NBF_P"), NBF_P="5") == 5
    assert value_of(Parameter("p", type=int, multiple=True, envvar=["NBF_Q", "NBF_P"]), NBF_P="5 6") == (5, 6)


def test_what_is_given_goes_before_the_environment() -> None:
    assert value_of(Parameter("p", default=1), "2", METAFLOW_RUN_P="4") == 2


@pytest.mark.parametrize(
    ("parameter", "given", "message"),
    [
        (Parameter("p", type=int), "x", "Invalid value for '--p': 'x' is not a valid integer"),
        (Parameter("p", type=int), "1.5", "'1.5' is not a valid integer"),
        (Parameter("p", type=float), "x", "'x' is not a valid float"),
        (Parameter("p", type=bool), "maybe", "'maybe' is not a valid boolean"),
        (Parameter("p", type=JSONType), "{", "'{' is not valid JSON"),
        (
            Parameter("p", type=JSONType, default="{"),
            None,
            "Invalid value for '--p': its default '{' is not valid JSON",
        ),
        (Parameter("p", type=int, default=2.5), None, "its default 2.5 is not a valid integer"),
        (Parameter("p", type=dict), "x", "'x' is not a valid dict"),
        (Parameter("p", default=[1]), "[2]", "would hold its letters one by one: write type=JSONType"),
        (Parameter("p", multiple=True, default=3), None, "its default 3 is not a list"),
        (Parameter("p", required=True), None, "Missing option '--p'"),
        (IncludeFile("p"), "/none.csv", r"file '/none.csv' cannot be read \(No such file or directory\)"),
        (IncludeFile("p", encoding="ascii"), __file__, "is not ascii text: é"),
    ],
)
def test_a_bad_value_is_refused_in_the_words_of_the_command_line(
    parameter: Parameter, given: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message.removesuffix(": é")):
        value_of(parameter, given)


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        *((Parameter(name), "is reserved") for name in sorted(RESERVED_OPTIONS)),
        (Parameter("run_id"), "is reserved"),
        (Parameter("p", default=1, separator=","), "only a str can have a separator"),
        (Parameter("p", required=lambda: True), "required cannot be a function"),
        (Parameter("p", separator=lambda: ","), "separator cannot be a function"),
        (Parameter("p", show_default=lambda: 1), "show_default cannot be a function"),
        (Parameter("p", typ=int), "takes no 'typ'"),
        (Parameter("p", type="int"), "use int, float, bool, str or JSONType"),
        (Parameter("p", separator=",", multiple=True), "no multiple"),
        (IncludeFile("p", multiple=True), "is a file and takes no 'multiple'"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(parameter: Parameter, message: str) -> None:
    with pytest.raises(MetaflowException, match=message):
        parameter.settle({})


def test_two_parameters_of_one_name_are_refused() -> None:
    with pytest.raises(MetaflowException, match="have one name"):
        parameters_of(type("F", (), {"a": Parameter("x"), "b": Parameter("X")}))


def test_a_mistake_in_a_parameter_is_told_without_a_traceback(scripts: Scripts) -> None:
    path = scripts.write("p = Parameter('run_id')\n@step\ndef start(self): pass\n@step\ndef end(self): pass\n")
    ended = subprocess.run([sys.executable, path, "run"], cwd=scripts.folder, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "parameter name 'run_id' is reserved" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        (Parameter("p", type=int, default=lambda context: "x"), "is 'x', a str, not int"),
        (Parameter("p", default=lambda context: 1 // 0), "failed: ZeroDivisionError"),
        (IncludeFile("p", default=lambda context: 3), "it must be a path"),
    ],
)
def test_a_default_of_another_type_is_refused(parameter: Parameter, message: str) -> None:
    with pytest.raises(ParameterFieldFailed, match=message):
        value_of(parameter)


def test_a_default_function_is_called_once_a_run(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        def stamp(context):
            with open("calls", "a") as file:
                file.write(context.user_name + "\\n")
            return "made"

        class F(FlowSpec):
            p = Parameter("p", default=stamp)

            @step
            def start(self):
                self.x = self.p
                self.next(self.end)

            @step
            def end(self):
                self.y = self.p
        """
    )
    assert (ran.data.x, ran.data.y, ran.data.p) == ("made", "made", "made")
    assert (scripts.folder / "calls").read_text() == "tester\n"


FILE = """
movies = IncludeFile("movies", default="movies.csv")
raw = IncludeFile("raw", default=lambda context: "raw.bin", is_text=False)
none = IncludeFile("none")

@step
def start(self):
    self.x = self.movies.upper(), self.raw, self.none
    self.next(self.end)

@step
def end(self):
    pass
"""


def test_a_file_is_kept_as_it_was_when_the_run_began(scripts: Scripts) -> None:
    (scripts.folder / "movies.csv").write_text("é,1")
    (scripts.folder / "raw.bin").write_bytes(b"\xff\x00")
    first = scripts.run(FILE)
    (scripts.folder / "movies.csv").unlink()
    assert first.data.x == ("É,1", b"\xff\x00", None)
    assert first.data.movies == "é,1"
    resumed = scripts.resume(FILE)
    assert resumed.executed == []
    assert resumed.data.movies == "é,1"


def test_the_environment_names_another_file(scripts: Scripts, monkeypatch: pytest.MonkeyPatch) -> None:
    (scripts.folder / "other.csv").write_text("other")
    (scripts.folder / "raw.bin").write_bytes(b"")
    monkeypatch.setenv("METAFLOW_RUN_MOVIES", "other.csv")
    assert scripts.run(FILE).data.x == ("OTHER", b"", None)


def test_a_missing_file_is_told_before_the_run(scripts: Scripts) -> None:
    with pytest.raises(MetaflowException, match="give its path with --movies"):
        scripts.run(FILE)
    assert not (scripts.folder / ".nbflow" / "catalog.db").exists()


def test_changing_a_mutable_parameter_in_place_reaches_nobody(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        p = Parameter("p", type=JSONType, default='{"a": 1}')

        @step
        def start(self):
            self.p["a"] = 2
            self.next(self.end)

        @step
        def end(self):
            self.seen = self.p["a"]
        """
    )
    assert ran.data.seen == 1


def test_a_default_that_json_would_change_is_listed_as_it_is(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        p = Parameter("p", type=JSONType, default={(1, 2): 3, 4: (5,)})

        @step
        def start(self):
            self.seen = repr(self.p)
            self.next(self.end)

        @step
        def end(self):
            pass
        """
    )
    assert ran.data.seen == "{(1, 2): 3, 4: (5,)}"
    assert ran.run.parameters == {"p": ran.data.seen}


def test_current_tells_about_run_and_task(scripts: Scripts) -> None:
    ran = scripts.run(
        """
        alpha = Parameter("alpha", default=1)

        @step
        def start(self):
            import os
            self.facts = {name: getattr(current, name) for name in (
                "flow_name", "run_id", "step_name", "task_id", "retry_count", "origin_run_id", "pathspec", "namespace",
                "username", "tags", "parameter_names")}
            self.steps = sorted(current.graph["steps"])
            self.folder = current.tempdir
            self.there = os.path.isdir(current.tempdir)
            self.task, self.run = current.task.pathspec, current.run.pathspec
            self.running = current.is_running_flow
            self.next(self.end)

        @step
        def end(self):
            pass
        """,
        tags=("t",),
    )
    assert ran.error == ""
    assert ran.data.facts == {
        "flow_name": "F", "run_id": "1", "step_name": "start", "task_id": "1", "retry_count": 0, "origin_run_id": None,
        "pathspec": "F/1/start/1", "namespace": "user:tester", "username": "tester", "tags": {"t"},
        "parameter_names": ["alpha"],
    }  # fmt: skip
    assert (ran.data.task, ran.data.run) == ("F/1/start/1", "F/1")
    assert (ran.data.steps, ran.data.there, ran.data.running) == (["end", "start"], True, True)
    assert not os.path.exists(ran.data.folder)


def test_current_is_empty_where_no_flow_runs() -> None:
    assert not current
    assert (current.run_id, current.task, "run_id" in current, current.is_running_flow) == (None, None, False, False)
    with pytest.raises(AttributeError, match="because no flow is running"):
        _ = current.parameter_names
    with pytest.raises(AttributeError, match="current can only be read"):
        current.run_id = 3


DEFAULTS = """
import json
import os
from LIBRARY import FlowSpec, JSONType, Parameter, step

os.environ["NBF_OWN"] = "5"

class F(FlowSpec):
    a = Parameter("a", required=True, default=3)
    b = Parameter("b", type=JSONType, default={"a": [1]})
    c = Parameter("c", type=JSONType, default=3)
    d = Parameter("d", default=[1, 2])
    e = Parameter("e", default=(1, 2))
    f = Parameter("f", default={"a": 1}, type=dict)
    g = Parameter("g", default="2.5", type=float)
    h = Parameter("h", default=2.0, type=int)
    i = Parameter("i", default=1, type=str)
    j = Parameter("j", default=True, type=float)
    k = Parameter("k", default=1, hidden=True, metavar="N")
    l = Parameter("l", default=1, envvar="NBF_OWN")
    m = Parameter("m", default=[1], type=int, multiple=True)
    n = Parameter("n", type=int, multiple=True)
    o = Parameter("o", default=[1])
    p = Parameter("p", default=1j)
    q = Parameter("q", type=JSONType, default=(1, 2))
    r = Parameter("r", default={1, 2})

    @step
    def start(self):
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    F()
"""


def test_defaults_are_those_of_metaflow(tmp_path: Path) -> None:
    pytest.importorskip("metaflow")
    command = json.dumps(["--no-pylint", "run", "--n", "1", "--n", "2", "--p", "2"])
    theirs, ours = (run_with(library, tmp_path, DEFAULTS, command) for library in ("metaflow", "nbflow"))
    assert (theirs.code, ours.code) == (0, 0), ours.output + theirs.output
    assert artifacts_of("nbflow", tmp_path) == artifacts_of("metaflow", tmp_path)
