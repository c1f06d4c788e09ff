"""Names for steps that cells could be."""

from __future__ import annotations

import pytest

from nbflow.flow.syntax.proposals import header_line, propose_name


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("movies = pd.read_csv('x')", "load_movies"),
        ("df = df.dropna()", "clean_df"),
        ("model = LinearRegression().fit(X, y)", "fit_model"),
        ("model.fit(X, y)", "fit_model"),
        ("picks = choose(movies)", "picks"),
        ("scores = [m.score(x) for m in models]", "scores"),
        ("summary = df.groupby('a').agg('mean')", "group_summary"),
        ("%matplotlib inline\nplt.plot([1])", "plot"),
        ("movies.to_csv('x')", "save"),
        ("best = max(scores)", "best"),
        ("df['share'] = 1", "df_share"),
        ("_private = 1\nfound = _private", "found"),
        ("class_ = 1", "class_step"),
        ("inputs = 2", "inputs_step"),
        ("match = 3", "match_step"),
        ("print(1)", "show"),
        ("del films", "delete_films"),
        ("assert len(films) > 0", "check_films"),
        ("account.deposit(20)", "account_deposit"),
        ("owners['bob'].deposit(7)\nprint(owners)", "owners_deposit"),
        ("np.random.rand(3)", "random_rand"),
        ("for frame in frames:\n    frame['age'] = 3", "frames_age"),
        ("def score(m):\n    return m\nscore(model)", "score_model"),
        ("await queue.join()", "queue_join"),
        ("try:\n    db.execute('x')\nexcept KeyError:\n    pass", "db_execute"),
        ("axes[0].set_title('x')", "axes_set_title"),
        ("open('out/films.json', 'w').write('x')", "save"),
        ("text.upper()", "text_upper"),
        ("with open('films.txt') as file:\n    file.seek(4)", "file_seek"),
        ("get_ipython().run_cell_magic('writefile', 'lib/helper.py', 'x = 1')", "writefile_helper"),
        ("import os", "step"),
        ("x = (", "step"),
        ("", "step"),
    ],
)
def test_a_name_says_what_the_cell_does(source: str, name: str) -> None:
    assert propose_name(source, ()) == name


def test_a_name_is_an_identifier_of_bounded_length() -> None:
    name = propose_name(f"a_name_{'that_is_much_too_long_' * 3} = pd.read_csv('x')", ())
    assert name.isidentifier()
    assert len(name) <= 40


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert propose_name("best = max(x)", {"best", "best_2"}) == "best_3"


def test_the_name_that_others_read_counts_more() -> None:
    assert propose_name("small = f()\nlarge = g()", (), asked={"small"}) == "small"


def test_what_is_made_outside_of_loops_counts_more_and_a_generator_that_is_drawn_from_least() -> None:
    source = "errors = []\nfor m in sizes:\n    drawn = rng.random(m)\n    errors.append(drawn.mean())"
    assert propose_name(source, (), asked={"rng"}) == "errors"
    assert propose_name("share = 1\nframe['share'] = share", (), asked={"frame"}) == "frame_share"


def test_the_header_is_of_the_form_that_is_asked_for() -> None:
    assert header_line("best", comment=False) == "%%step best"
    assert header_line("best", comment=True) == "#| step: best"
