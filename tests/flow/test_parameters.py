from __future__ import annotations

import ast
from datetime import date, datetime
from pathlib import Path

import pytest

from nbflow.errors import ParameterError
from nbflow.flow.source.cell import Place
from nbflow.flow.syntax.exact_values import coerce, parse_value
from nbflow.flow.syntax.parameter_cell import read_parameters, with_injected
from nbflow.flow.syntax.specs import ParameterSpec, ParameterType
from tests.flow.reading import problems_of

PLACE = Place("nb.ipynb", 1)


def read(source: str) -> list[ParameterSpec]:
    cell = read_parameters(ast.parse(source), source, PLACE)
    assert cell.problems == ()
    return list(cell.parameters)


T = ParameterType
DECLARED = [
    ('genre: str = "Sci-Fi"  # genre to pick', ParameterSpec("genre", T.STR, "Sci-Fi", "genre to pick")),
    ("k: int = 5", ParameterSpec("k", T.INT, 5)),
    ("k = 60 * 60", ParameterSpec("k", T.INT, 3600)),
    ("rate: float = 1", ParameterSpec("rate", T.FLOAT, 1)),
    ("on = True", ParameterSpec("on", T.BOOL, True)),
    ("xs = [1, -2]", ParameterSpec("xs", T.LIST, [1, -2])),
    ("xs: list[str] = ['a', 'b']", ParameterSpec("xs", T.LIST, ["a", "b"])),
    ("t = (1, 2)", ParameterSpec("t", T.TUPLE, (1, 2))),
    ("t: tuple[int, ...] = ()", ParameterSpec("t", T.TUPLE, ())),
    ("d = {1: (2, {'x': 60 * 60})}", ParameterSpec("d", T.DICT, {1: (2, {"x": 3600})})),
    ("days = [date(2024, 1, 31)]", ParameterSpec("days", T.LIST, [date(2024, 1, 31)])),
    ("d: dict[str, int] = {'a': 1}", ParameterSpec("d", T.DICT, {"a": 1})),
    ("since: date = date.fromisoformat('2024-01-31')", ParameterSpec("since", T.DATE, date(2024, 1, 31))),
    ("since = datetime.date(2024, 1, 31)", ParameterSpec("since", T.DATE, date(2024, 1, 31))),
    ("at: datetime = datetime(2024, 1, 31, 12)", ParameterSpec("at", T.DATETIME, datetime(2024, 1, 31, 12))),
    ("p = Path('a', 'b.csv')", ParameterSpec("p", T.PATH, Path("a/b.csv"))),
    ("f: File = 'a.csv'", ParameterSpec("f", T.FILE, "a.csv")),
    ("n: Optional[int] = None", ParameterSpec("n", T.INT, None, optional=True)),
    ("n: int | None = 3", ParameterSpec("n", T.INT, 3, optional=True)),
    ("n: 'int' = None", ParameterSpec("n", T.INT, None, optional=True)),
    ("m: Literal['a', 'b'] = 'b'", ParameterSpec("m", T.STR, "b", choices=("a", "b"))),
    ("n: Literal[1, 2, None] = None", ParameterSpec("n", T.INT, None, optional=True, choices=(1, 2))),
    ("n: int", ParameterSpec("n", T.INT, required=True)),
]


@pytest.mark.parametrize(("source", "parameter"), DECLARED)
def test_an_assignment_declares_a_parameter(source: str, parameter: ParameterSpec) -> None:
    (found,) = read(source)
    expected = {slot: getattr(parameter, slot) for slot in ParameterSpec.__slots__} | {"place": PLACE}
    assert {slot: getattr(found, slot) for slot in ParameterSpec.__slots__} == expected
    assert type(found.default) is type(parameter.default)


WRONG = [
    (
        "xs: list = (1, 2)",
        "the default of parameter 'xs' must be a list in JSON or Python, not (1, 2). "
        "Change the default or the annotation",
    ),
    (
        "n: int = '3'",
        "the default of parameter 'n' must be a whole number, not '3'. Change the default or the annotation",
    ),
    (
        "d = {1: (1e999, 2)}",
        "the default of parameter 'd' must be a dict of finite numbers, texts, dates, True, False, None, and "
        "collections of these, not {1: (inf, 2)}. Change the default or the annotation",
    ),
    (
        "since: date = '2024-01-31'",
        "parameter 'since' is datetime.date(2024, 1, 31) in steps, and '2024-01-31' in plain Python. "
        "Write  date.fromisoformat('2024-01-31')  as its default",
    ),
    (
        "x: int = 'a'",
        "the default of parameter 'x' must be a whole number, not 'a'. Change the default or the annotation",
    ),
    (
        "x: Frame = 1",
        "'Frame' is not a type that a parameter can have. "
        "Use int, float, bool, str, list, tuple, dict, date, datetime, Path, File, Literal[…] or Optional[…] of one",
    ),
    (
        "x = load()",
        "'load()' is not a literal. "
        "Write a literal, or compute the value in a step and keep only what it depends on as a parameter",
    ),
    (
        "print(1)",
        "'print(1)' is not a parameter. "
        "Move it to an ordinary cell; this one holds lines such as  top_k: int = 5  # how many to pick",
    ),
    (
        "m: Literal['a'] = 'c'",
        "the default of parameter 'm' must be one of 'a', not 'c'. Change the default or the annotation",
    ),
]


@pytest.mark.parametrize(("source", "text"), WRONG)
def test_what_is_no_parameter_is_told_with_its_fix(source: str, text: str) -> None:
    assert [str(p) for p in read_parameters(ast.parse(source), source, PLACE).problems] == [
        f"nb.ipynb · cell 1, line 1: {text}"
    ]


def test_help_is_the_trailing_comment_and_not_the_line_above() -> None:
    source = "# about k\nk: int = 5\nxs: list = [\n    1,  # first\n]  # all of them"
    assert [parameter.help for parameter in read(source)] == ["", "all of them"]


PARSED = [
    (T.INT, "42", 42),
    (T.FLOAT, "1e-3", 0.001),
    (T.BOOL, "True", True),
    (T.BOOL, "off", False),
    (T.STR, "None", "None"),
    (T.LIST, "[1, true, null]", [1, True, None]),
    (T.LIST, "('a', 'b')", ["a", "b"]),
    (T.TUPLE, "[1, true]", (1, True)),
    (T.TUPLE, "(1, (2,))", (1, (2,))),
    (T.DICT, "{1: (3, 4), (1, 2): {5}}", {1: (3, 4), (1, 2): {5}}),
    (T.DICT, "{'a': 1}", {"a": 1}),
    (T.DATE, "2024-01-31", date(2024, 1, 31)),
    (T.DATETIME, "2024-01-31T12:30", datetime(2024, 1, 31, 12, 30)),
    (T.PATH, "a/b", Path("a/b")),
    (T.FILE, "a/b", "a/b"),
]


@pytest.mark.parametrize(("kind", "text", "value"), PARSED)
def test_text_becomes_a_value_of_the_type(kind: ParameterType, text: str, value: object) -> None:
    found = parse_value(ParameterSpec("p", kind), text)
    assert (found, type(found)) == (value, type(value))


REFUSED = [
    (T.INT, "1.5", "parameter 'p' needs a whole number, not '1.5'. Write for example --p 3"),
    (T.FLOAT, "much", "parameter 'p' needs a number, not 'much'. Write for example --p 0.5"),
    (T.BOOL, "maybe", "parameter 'p' needs true or false, not 'maybe'. Write for example --p true"),
    (T.LIST, "{}", "parameter 'p' needs a list in JSON or Python, not '{}'. Write for example --p '[1, 2]'"),
    (T.DICT, "[1", "parameter 'p' needs a dict in JSON or Python, not '[1'. Write for example --p '{\"a\": 1}'"),
    (T.DATE, "31.1.2024", "parameter 'p' needs a date, not '31.1.2024'. Write for example --p 2024-01-31"),
]


@pytest.mark.parametrize(("kind", "text", "message"), REFUSED)
def test_text_of_another_type_is_refused_with_an_example(kind: ParameterType, text: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        parse_value(ParameterSpec("p", kind), text)
    assert str(caught.value) == message


def test_an_optional_parameter_can_be_none() -> None:
    assert parse_value(ParameterSpec("p", T.INT, optional=True), "none") is None


def test_a_choice_is_refused_unless_it_is_one() -> None:
    parameter = ParameterSpec("p", T.STR, choices=("full", "short"))
    assert parse_value(parameter, "short") == "short"
    with pytest.raises(ParameterError, match="needs one of 'full', 'short', not 'long'"):
        parse_value(parameter, "long")


def test_a_value_that_is_no_text_is_held_to_the_type() -> None:
    assert repr(coerce(ParameterSpec("p", T.FLOAT), 1)) == "1"
    assert coerce(ParameterSpec("p", T.DATE), "2024-01-31") == date(2024, 1, 31)
    for kind, value in ((T.INT, True), (T.STR, 3), (T.INT, None)):
        with pytest.raises(ParameterError):
            coerce(ParameterSpec("p", kind), value)


def test_injected_values_override_defaults_and_keep_type_and_help() -> None:
    declared = read("k: int = 5  # how many\nrate: float = 0.5\nneeded: str")
    injected = read("rate = 2\nneeded = 'x'\nextra = 'new'")
    found = {p.name: (p.type, p.default, p.help, p.required) for p in with_injected(declared, injected)}
    assert found == {
        "k": (T.INT, 5, "how many", False),
        "rate": (T.FLOAT, 2, "", False),
        "needed": (T.STR, "x", "", False),
        "extra": (T.STR, "new", "", False),
    }


def test_what_reads_a_refused_parameter_is_no_further_problem() -> None:
    cells = [
        "%%parameters\nst = {1, 2}\na, b = 1, 2\nn: int = len('x')",
        "def g(): return st",
        "%%step show\nst, a, b, n, g(), len2",
    ]
    found = problems_of("\n---\n".join(cells))
    assert [one.partition(": ")[2].partition(".")[0] for one in found] == [
        "a default of type set cannot be a parameter",
        "'a, b = (1, 2)' is not a parameter",
        "'len('x')' is not a literal",
        "nothing above provides 'len2'; needed in step 'show'",
    ]


def test_a_number_that_python_cannot_write_is_refused_in_few_words() -> None:
    [problem, *_] = problems_of(f"%%parameters\nn: int = 0x{'f' * 6000}")
    assert "must be a whole number, not a number of more than 4,300 digits" in problem
