"""`Config` and `config_expr`: values that decorators, parameters and steps get from files and from the command line."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from nbflow import Config, ConfigValue, config_expr
from nbflow.errors import MetaflowException
from nbflow.script.inputs.configuring import BadConfig, Given, configure, seen_configs
from nbflow.script.inputs.delayed import resolve_delayed
from tests.script.beside import artifacts_of, run_with
from tests.script.running import Scripts

FLOW = """
import json
import os
from LIBRARY import Config, FlowSpec, IncludeFile, Parameter, config_expr, current, environment, project, retry, step

def shout(text):
    return {"text": text.upper().strip()}

HERE = config_expr("shout('a')['text']")

def made(ctx):
    return {"made": ctx.parameter_name, "flow": ctx.flow_name}

def default_of(ctx):
    return ctx.configs.cfg.project.name + "!"

@project(name=config_expr("cfg").project.name)
class F(FlowSpec):
    cfg = Config("cfg", default="cfg.json")
    other = Config("other", default_value={"a": {"b": [1, {"c": 2}]}, "retry": {"times": 1}, "n": 5, "env": {"X": "y"}})
    raw = Config("raw", default_value="hello", plain=True)
    parsed = Config("parsed", default_value="hello", parser=shout)
    made = Config("made", default_value=made)
    none = Config("none")
    n = Parameter("n", default=other.n, type=int)
    m = Parameter("m", default=cfg.params.m)
    k = Parameter("k", **cfg.more)
    d = Parameter("d", default=default_of)
    file = IncludeFile("file", default=cfg.file)

    @retry(**other.retry)
    @environment(vars={"X": other.env.X, "UP": config_expr("cfg.project.name.upper()"), "HERE": HERE})
    @step
    def start(self):
        print(">", os.environ["X"], os.environ["UP"], os.environ["HERE"], current.retry_count, current.project_name)
        print(">", current.parameter_names)
        print(">", self.cfg.project.name, self.cfg["params"]["m"], self.other.a.b, self.raw, self.parsed, self.made)
        print(">", self.none, self.n, self.m, self.k, self.d, self.file)
        print(">", type(self.other.a.b[1]).__name__, isinstance(self.cfg, dict), "a" in self.other)
        print(">", json.dumps(self.other))
        try:
            self.cfg["x"] = 1
        except TypeError as error:
            print(">", error)
        self.kept = self.other.a
        if current.retry_count < self.other.retry.times:
            raise ValueError("again")
        self.way = "x"
        self.next({self.cfg.key: self.a, "y": self.b}, condition="way")

    @step
    def a(self):
        print(">", dict(self.kept), type(self.kept).__name__)
        self.next(self.end)

    @step
    def b(self):
        self.next(self.end)

    @step
    def end(self):
        print(">", sorted(self.cfg), self.none)

if __name__ == "__main__":
    F()
"""
CFG = {
    "project": {"name": "films"}, "params": {"m": "text"}, "key": "x", "more": {"default": 7, "help": "How many."},
    "file": "some.txt",
}  # fmt: skip
OTHER = '{"a": {"b": [1, {}]}, "retry": {"times": 1}, "n": 1, "env": {"X": 2}}'


def both(folder: Path, *commands: list[str]) -> None:
    for library in ("metaflow", "nbflow"):
        (folder / library).mkdir()
        (folder / library / "cfg.json").write_text(json.dumps(CFG))
        (folder / library / "some.txt").write_text("some text")
        (folder / library / "alt.json").write_text(json.dumps({**CFG, "project": {"name": "books"}, "key": "z"}))
    words = [json.dumps(command) for command in commands]
    theirs, ours = (run_with(library, folder, FLOW, *words) for library in ("metaflow", "nbflow"))
    assert ours.seen == theirs.seen, ours.output + theirs.output
    assert (ours.code == 0) == ("nowhere.json" not in commands[0] and "nope" not in commands[0])
    if ours.code == 0:
        assert artifacts_of("nbflow", folder) == artifacts_of("metaflow", folder)


@pytest.mark.parametrize(
    "command",
    [
        ["--no-pylint", "--config-value", "other", OTHER, "run", "--m", "given"],
        ["--no-pylint", "--config", "cfg", "nowhere.json", "run"],
        ["--no-pylint", "--config-value", "nope", "{}", "run"],
    ],
    ids=["value", "no file", "no config"],
)  # fmt: skip
def test_a_flow_with_configs_does_what_it_does_under_metaflow(tmp_path: Path, command: list[str]) -> None:
    pytest.importorskip("metaflow")
    both(tmp_path, command)


def test_resume_keeps_the_configs_of_its_origin(scripts: Scripts) -> None:
    body = """
    class F(FlowSpec):
        cfg = Config("cfg", default_value={"n": 1})
        n = Parameter("n", default=cfg.n)

        @step
        def start(self):
            self.next(self.end)

        @step
        def end(self):
            print("n is", self.n, self.cfg.n)
            assert self.cfg.n == 3
    """
    path = scripts.write("from nbflow import Config\n" + body.replace("\n    ", "\n"))
    assert scripts.command(path, "--config-value", "cfg", '{"n": 2}', "run").returncode == 1
    again = scripts.command(path, "resume")
    assert "n is 2 2" in again.stdout
    refused = scripts.command(path, "--config-value", "cfg", '{"n": 3}', "resume")
    assert refused.returncode == 2
    assert "Cannot specify --config or --config-value with 'resume'" in refused.stderr


def test_the_help_names_the_configs(scripts: Scripts) -> None:
    path = scripts.write(
        'from nbflow import Config\nclass F(FlowSpec):\n    cfg = Config("cfg", required=True, help="What to do.")\n'
        "    n = Parameter('n', default=cfg.n)\n\n    @step\n    def start(self):\n        pass\n"
    )
    assert "cfg: What to do." in " ".join(scripts.command(path, "--help").stdout.split())
    refused = scripts.command(path, "run")
    assert (refused.returncode, "missing configuration for 'cfg'" in refused.stderr) == (2, True)


# what is wrong with configs


def values_of(given: Given | None = None, **options: object) -> object:
    cls = type("F", (), {"cfg": Config("cfg", **options)})  # type: ignore[arg-type]
    configure(cls, given or Given())
    return seen_configs(cls)["cfg"]


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        ({"required": True}, Given(), "missing configuration for 'cfg'"),
        ({"default": "no.json"}, Given(), "default configuration file 'no.json' could not be read for 'cfg'"),
        ({}, Given(paths={"cfg": "no.json"}), "configuration file 'no.json' could not be read for 'cfg'"),
        ({}, Given(texts={"cfg": "{bad"}), "configuration value for 'cfg' is not valid JSON"),
        ({}, Given(texts={"cfg": "[1]"}), "is a JSON list, not an object"),
        ({"parser": "no.such.parser"}, Given(texts={"cfg": "x"}), "there is no parser 'no.such.parser'"),
        ({"parser": len}, Given(texts={"cfg": "x"}), "returned a int, not a dict"),
        ({"parser": int}, Given(texts={"cfg": "x"}), "the parser of 'cfg' failed: ValueError"),
    ],
)
def test_a_config_that_cannot_be_read_is_refused(
    options: dict[str, object], given: Given, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadConfig, match=message):
        values_of(given, **options)


def test_default_and_default_value_exclude_each_other() -> None:
    with pytest.raises(MetaflowException, match="give one of them"):
        Config("cfg", default="a.json", default_value={})


def test_a_plain_config_is_what_its_parser_says() -> None:
    assert values_of(Given(texts={"cfg": "1,2"}), parser=lambda text: text.split(","), plain=True) == ["1", "2"]
    assert values_of(default_value={"a": 1}, plain=True) == '{"a": 1}'
    assert values_of(default_value='{"a": 1}') == {"a": 1}
    assert values_of() is None


def test_a_config_value_is_a_dict_that_stays_as_it_is() -> None:
    value = ConfigValue({"a": {"b": [{"c": 1}]}, "keys": 2})
    assert (value.a.b[0].c, value["keys"], value == {"a": {"b": [{"c": 1}]}, "keys": 2}) == (1, 2, True)
    assert [type(one) for one in (value.to_dict()["a"], value.to_dict()["a"]["b"][0])] == [dict, dict]
    assert (pickle.loads(pickle.dumps(value)), copy.deepcopy(value), json.loads(json.dumps(value))) == (value,) * 3
    assert type(copy.deepcopy(value).a) is ConfigValue
    for change in (lambda: value.update(a=1), lambda: value.pop("a"), lambda: setattr(value, "a", 1), value.clear):
        with pytest.raises(TypeError, match="immutable"):
            change()
    with pytest.raises(AttributeError):
        _ = value.nothing


def test_what_waits_for_a_config_says_so() -> None:
    config = Config("cfg")
    known = {"cfg": ConfigValue({"a": {"b": 1}, "which": "a"})}
    assert resolve_delayed({"x": [config.a.b, config["a"]], **config.a}, known) == {"x": [1, {"b": 1}], "b": 1}
    assert resolve_delayed(config[config.which].b, known) == 1
    assert resolve_delayed(config_expr("cfg.a.b + len(CFG)"), known) == 1 + len(CFG)
    with pytest.raises(MetaflowException, match="cannot be evaluated: NameError"):
        resolve_delayed(config_expr("nope.a"), known)
    with pytest.raises(MetaflowException, match="cannot be put into a text"):
        f"{config.a}"
    with pytest.raises(MetaflowException, match=r"cannot be called: write config_expr"):
        config.a.lower()
