import json
import os
from datetime import date
from pathlib import Path

import pytest

from nbflow.errors import ParameterError, ParameterMissing
from nbflow.flow.reading.cells import read_flow
from nbflow.flow.source.cell import Cell
from nbflow.flow.syntax.exact_values import recorded
from nbflow.flow.syntax.specs import FlowSource
from nbflow.notebook.arguments import bind_parameters


def flow_of(*lines: str) -> FlowSource:
    return read_flow([Cell(1, "\n".join(["%%parameters", *lines]))], "flow", "flow.ipynb")


def test_what_is_given_comes_before_what_was_kept_and_that_before_the_default(tmp_path: Path) -> None:
    flow = flow_of("a: int = 1", "b: int = 1", "c: int = 1")
    assert bind_parameters(flow, {"a": 9}, tmp_path, {"a": 5, "b": 5}) == {"a": 9, "b": 5, "c": 1}


def test_a_kept_default_follows_the_default_of_today(tmp_path: Path) -> None:
    then, now = flow_of("a: int = 1", "b: int = 1"), flow_of("a: int = 2", "b: int = 2")
    assert bind_parameters(now, {}, tmp_path, {"a": 1, "b": 7}, then) == {"a": 2, "b": 7}


def test_kept_values_become_what_they_were(tmp_path: Path) -> None:
    flow = flow_of("day: date = '2024-01-01'", "cfg: dict = {1: 2}")
    kept = recorded({"day": date(2025, 2, 3), "cfg": {1: 2}})
    assert bind_parameters(flow, {}, tmp_path, kept, flow) == {"day": date(2025, 2, 3), "cfg": {1: 2}}


def test_what_json_would_change_is_kept_as_it_was(tmp_path: Path) -> None:
    flow = flow_of("d = {}", "xs = []", "t = ()", "m: Literal[2, '1', 1] = 2", "p: Optional[Path] = None")
    given = {
        "d": {2: (3, 4), "b": None, (1, True): {5}},
        "xs": [(1, b"x"), {"b": 1, "a": 2}, date(2024, 1, 31)],
        "t": ([1], {"k": 1.0}),
        "m": 1,
        "p": Path("none"),
    }
    kept = json.loads(json.dumps(recorded(given)))
    assert repr(bind_parameters(flow, {}, tmp_path, kept, flow)) == repr(given)


def test_a_kept_value_that_only_equals_the_default_is_kept(tmp_path: Path) -> None:
    then, now = flow_of("d = {'a': 1, 'b': 2}"), flow_of("d = {}")
    for kept in ({"a": True, "b": 2}, {"b": 2, "a": 1}):
        assert repr(bind_parameters(now, {}, tmp_path, {"d": kept}, then)) == repr({"d": kept})


def test_a_parameter_without_default_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(ParameterMissing) as caught:
        bind_parameters(flow_of("a: int", "b: str"), {}, tmp_path)
    assert str(caught.value) == "no value for parameters a, b, which have no default: add --a VALUE --b VALUE"


def test_a_kept_value_of_another_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="parameter 'a' needs a whole number, not 'x'"):
        bind_parameters(flow_of("a: int = 1"), {}, tmp_path, {"a": "x"})


def test_a_file_is_its_text_and_its_default_lies_beside_the_notebook(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("content")
    (tmp_path / "other.txt").write_text("else")
    flow = flow_of("source: File = 'in.txt'")
    assert bind_parameters(flow, {}, tmp_path) == {"source": "content"}
    assert bind_parameters(flow, {"source": str(tmp_path / "other.txt")}, tmp_path) == {"source": "else"}
    assert bind_parameters(flow, {}, tmp_path, {"source": "as it was"}) == {"source": "as it was"}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.bin").write_bytes(b"\xff\xfe")
    with pytest.raises(ParameterError, match=r"the path of a text file \(it is not UTF-8 text\)"):
        bind_parameters(flow_of("source: File = 'in.bin'"), {}, tmp_path)


def test_a_file_is_a_regular_one(tmp_path: Path) -> None:
    flow = read_flow([Cell(1, "%%parameters\ntext: File = 'pipe'")], "n", "n.ipynb")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ParameterError, match="it is not a regular file"):
        bind_parameters(flow, {}, tmp_path)
