"""Names that only strings hold are inputs, as far as somebody above defines them."""

from __future__ import annotations

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.graph import Graph
from nbflow.flow.graph.link import link
from tests.flow.reading import flow_of

ABOVE = """
import numpy as np
TOP = 100
def own(x): return x
---
%%parameters
limit: int = 1
---
%%step load
df, other, x, z = frame(), 5, 1, 2
---
"""
HELD = {
    'n = df.query("price > @limit and price < @TOP")': {"df", "limit", "TOP"},
    'v = eval("other")': {"other"},
    'v = eval("np.log(other)")': {"other", "np"},
    'exec("v = other + limit")': {"other", "limit"},
    '_name = "df"\nn = globals()[_name]': {"df"},
    'n = globals().get("df")': {"df"},
    "n = collect(globals(), 3)": {"df", "other", "x", "z", "limit", "TOP", "np", "own"},
    'n = locals()["df"]': {"df"},
    'n = "x" in vars()': {"x"},
    'n = fit("y ~ np.log(x) + own(z)", data=df)': {"df", "np", "own", "x", "z"},
    'formula = "y ~ C(x) - 1"\nn = fit(formula, df)': {"df", "x"},
    'n = duckdb.sql("select sum(price) as s from df join other using (id)")': {"df", "other"},
    'n = con.execute(f"""\n  with t as (select * from df)\n  select {x} from t""")': {"df", "x"},
    'n = sql("FROM df")': {"df"},
    'n = sqldf("select * from df", globals())': {"df"},
    'n = pd.eval("df.a + other")': {"df", "other"},
    'n = df.eval("price * @other")': {"df", "other"},
    'n = "{x} and {other}".format_map(globals())': {"x", "other"},
    'n = "%(x)s" % globals()': {"x"},
    'n = Template("$x").substitute(globals())': {"x"},
    'n = df.pipe(lambda d: d.query("price > @limit"))': {"df", "limit"},
    'def many(d):\n    return d.query("price > @limit")\nn = many(df)': {"df", "limit"},
    'n = [df.query("price > @i + @z") for i in (1, 2)]': {"df", "z"},
    'n = globals()[f"d{1}"]': {"df", "other", "x", "z", "limit", "TOP", "np", "own"},
    "n = {k: v for k, v in globals().items()}": {"df", "other", "x", "z", "limit", "TOP", "np", "own"},
}
NOT_HELD = (
    'print("takes ~5 minutes for x")',
    'print("select the best from all, mail limit@example.com")',
    'n = open("~/x/df.csv")',
    'n = "price > limit"',
    'df = 1\nn = duckdb.sql("select * from df")',
    'limit2 = 1\nn = [1].query("price > @limit2")',
    'def f(df):\n    return df.query("a > @df.b")\nn = f',
)


def graph(body: str, above: str = ABOVE) -> Graph:
    cells = f"{above.strip()}\n%%step s\n{body}\n".replace("frame()", "[1]")
    return link(flow_of(cells.replace("sql(", "str(").replace("fit(", "str(")))


def given(graph: Graph) -> set[str]:
    linked = graph.links["s"]
    return {binding.name for binding in linked.bindings} | linked.parameters | linked.prelude


@pytest.mark.parametrize(("body", "names"), HELD.items(), ids=HELD)
def test_names_in_strings_are_given_to_the_step(body: str, names: set[str]) -> None:
    assert given(graph(body)) == names


@pytest.mark.parametrize("body", NOT_HELD)
def test_words_of_other_strings_are_not(body: str) -> None:
    assert not given(graph(body)) & {"df", "limit", "x", "z", "other"}


def test_a_constant_or_a_function_of_the_prelude_may_hold_them_too() -> None:
    above = ABOVE.replace("TOP = 100", 'Q = "price > @limit"\ndef pick(d): return d.query("price < @other")')
    assert given(graph("n = pick(df.query(Q))", above)) == {"df", "Q", "pick", "limit", "other"}


def test_words_that_are_no_names_are_no_problem() -> None:
    body = 'n = str("price ~ rooms + nothing", data=df.query("price > @nowhere"))'
    assert check_flow(graph(body)) == ()


def test_what_exec_binds_is_an_artifact() -> None:
    assert graph('exec("made = 1")').links["s"].writes == {"made"}
    assert graph('globals()["made"] = 1').links["s"].writes == {"made"}


def test_a_look_up_of_any_name_does_not_make_a_step_part_of_a_foreach() -> None:
    each = "%%step each --foreach i in [1, 2]\nscore = i\n---\n"
    linked = graph('n = globals()[f"d{1}"]', ABOVE + each).links["s"]
    assert linked.scope == ()
    assert "score" not in {binding.name for binding in linked.bindings}
