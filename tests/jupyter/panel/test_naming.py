"""Names for steps that cells could be."""

from __future__ import annotations

import pytest

from nbflow.jupyter.panel.naming import propose_name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("movies = pd.read_csv('x')", "load_movies"),
        ("df = df.dropna()", "clean"),
        ("model = LinearRegression().fit(X, y)", "fit_model"),
        ("picks = choose(movies)", "choose_picks"),
        ("df = clean_all(df)", "clean"),
        ("scores = [m.score(x) for m in models]", "scores"),
        ("summary = df.groupby('a').agg('mean')", "group_summary"),
        ("%matplotlib inline\nplt.plot([1])", "plot"),
        ("movies.to_csv('x')", "save"),
        ("best = max(scores)", "best"),
        ("df['a'] = 1", "make_df"),
        ("_private = 1\nfound = _private", "found"),
        ("a_name_that_is_much_too_long_for_a_step = pd.read_csv('x')", "load"),
        ("class_ = 1", "class_step"),
        ("inputs = 2", "inputs_step"),
        ("match = 3", "match_step"),
        ("print(1)", "step"),
        ("import os", "step"),
        ("x = (", "step"),
        ("", "step"),
    ],
)
def test_a_name_says_what_the_cell_does(source: str, name: str) -> None:
    assert propose_name(source, ()).name == name


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert propose_name("best = max(x)", {"best", "best_2"}).name == "best_3"


def test_the_header_is_of_the_form_that_is_asked_for() -> None:
    assert propose_name("best = max(x)", ()).header == "%%step best"
    assert propose_name("best = max(x)", (), comment=True).header == "#| step: best"
