"""Steps that may share objects which one changes run in the order of the cells; all others stay side by side."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbflow.errors import FlowRefused
from nbflow.export.marks import Target
from nbflow.export.sharing.pairs import SharedNames
from nbflow.export.write_flow import export_flow
from nbflow.flow.graph.link import link
from nbflow.history.archive import Archive
from nbflow.run.events.events import Outcome
from nbflow.store.store import Store
from tests.export.engines import Engines, graph_of
from tests.export.plain import plain

ROWS = "%%step load\nrows = [{'n': 1}, {'n': 2}]\nfirst, table = rows[0], rows"
FRAME = "%%step load\ndf = pd.DataFrame({'x': [1, 2]})\nalias = df\nother = pd.DataFrame({'x': [1]})"
CLASS = """class Box:
    def __init__(self, items):
        self.items = items
        self._size = None

    def put(self, one):
        self._add(one)
        return len(self.items)

    def _add(self, one):
        self.items.append(one)

    @property
    def size(self):
        if self._size is None:
            self._size = len(self.items)
        return self._size

    def names(self):
        return sorted(self.items)
"""


def waiting(*cells: str) -> list[str]:
    """`later < earlier` for each pair that has to wait."""
    return [f"{pair.later} < {pair.earlier}" for pair in SharedNames.of(graph_of(*cells)).pairs]


def change_of_rows(body: str, *above: str) -> list[str]:
    return waiting(*above, ROWS, f"%%step change\n{body}", "%%step look\nprint(first, table)")


@pytest.mark.parametrize(
    "body",
    [
        "rows[0]['n'] = 5",
        "rows.sort(key=len)",
        "for row in rows:\n    row['n'] += 1",
        "alias = rows\nalias[0].update(n=3)",
        "[row.update(n=3) for row in rows]",
        "_first, *_rest = rows\n_first['n'] = 4",
        "match rows:\n    case [one, *_]:\n        one['n'] = 4",
        "if (row := rows[0]):\n    row['n'] = 4",
        "import random\nrandom.shuffle(rows)",
        "from heapq import heapify\nheapify(rows)",
        "import operator\noperator.setitem(rows[0], 'n', 8)",
        "setattr(rows, 'n', 3)",
        "rows += [3]",
        "del rows[0]['n']",
        "n = rows.pop()",
        "def _mend(table):\n    for row in table:\n        row['n'] = 0\n_mend(rows)",
        "x = list(map(lambda row: row.pop('n'), rows))",
        "copy = list(rows)\ncopy[0]['n'] = 9",
    ],
)
def test_a_change_is_seen_however_it_is_written(body: str) -> None:
    assert change_of_rows(body) == ["look < change"]


@pytest.mark.parametrize(
    "body",
    [
        "total = sum(row['n'] for row in rows)",
        "copy = list(rows)\ncopy.append(3)",
        "import copy\nmine = copy.deepcopy(rows)\nmine[0]['n'] = 3",
        "more = rows + [{'n': 3}]\nmore.append(4)",
        "print(len(rows), sorted(map(str, rows)))",
        "names = [row['n'] for row in rows]\nnames.sort()",
        "seen = {}\nfor row in rows:\n    seen[row['n']] = 1",
    ],
)
def test_what_changes_nothing_of_others_stays_beside_them(body: str) -> None:
    assert change_of_rows(body) == []


@pytest.mark.parametrize(
    ("call", "waits"),
    [("mend(rows)", True), ("x = mend(rows)", True), ("clean(rows)", False), ("x = outer(rows)", True)],
)
def test_functions_of_the_notebook_are_looked_into(call: str, waits: bool) -> None:
    functions = (
        "def mend(table):\n    table[0]['n'] = 1\n    return 3\n"
        "def clean(table):\n    table = list(table)\n    table.append(1)\n    return table\n"
        "def outer(data):\n    return mend(data)"
    )
    assert change_of_rows(call, functions) == (["look < change"] if waits else [])


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ("n = box.put(3)", True),
        ("print(box.size)", True),
        ("names = box.names()", False),
        ("box.items = []", False),  # the list itself is as it was
        ("box.items.clear()", True),
    ],
)
def test_so_are_methods_and_properties_of_its_classes(body: str, waits: bool) -> None:
    cells = [CLASS, "%%step load\nitems = ['a']\nbox = Box(items)", f"%%step change\n{body}", "%%step look\nx = items"]
    found = waiting(*cells)
    assert found == (["look < change"] if waits else [])


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ("df['y'] = 1", True),
        ("df.loc[0, 'x'] = 5", True),
        ("df.drop(columns='x', inplace=True)", True),
        ("clean = df.copy()\nclean['y'] = 1", False),
        ("clean = df[df['x'] > 1]\nclean['y'] = 1", False),
        ("clean = df.dropna().assign(y=1)\nclean.columns = ['a', 'b']", False),
        ("df.to_csv('x.csv')\ndf.plot()", False),
        ("other['y'] = 1", False),
    ],
)
def test_frames(body: str, waits: bool) -> None:
    cells = ["import pandas as pd", FRAME, f"%%step change\n{body}", "%%step look\nprint(alias)"]
    assert waiting(*cells) == (["look < change"] if waits else [])


def test_models_learn_side_by_side_from_the_same_data() -> None:
    cells = [
        "from sklearn.linear_model import Ridge",
        "%%step load\nX, y = read()\nmodels = [Ridge()]\nridge = models[0]",
    ]
    cells += [
        "%%step a\none = Ridge().fit(X, y)",
        "%%step b\ntwo = Ridge()\ntwo.fit(X, y)",
        "%%step c\nprint(X.mean())",
    ]
    assert waiting(*cells) == []
    assert waiting(*cells, "%%step d\nridge.fit(X, y)", "%%step e\nprint(models)") == ["e < d"]


def test_numbers_and_texts_cannot_be_changed() -> None:
    cells = ["%%step load\na = 1\nb = a\nname = 'x'", "%%step one\na += 1", "%%step two\nprint(b)"]
    assert waiting(*cells) == []


def test_what_an_earlier_step_hands_on_waits_as_well() -> None:
    """`last` holds a row that is changed below the step that makes it."""
    cells = [ROWS, "%%step pick\nlast = rows[-1]", "%%step change\nrows[-1]['n'] = 7", "%%step look\nprint(last)"]
    assert waiting(*cells) == ["change < pick", "look < change"]


def test_a_metaflow_cell_is_read_by_its_artifacts() -> None:
    cells = [ROWS, "%%step change\nself.first['n'] = 3", "%%step look\ntotal = sum(row['n'] for row in rows)"]
    assert waiting(*cells) == ["look < change"]


def test_a_diamond_that_changes_nothing_keeps_its_branches() -> None:
    cells = ["%%step load\nx = [1]", "%%step a\ny = x + [2]", "%%step b\nz = x + [3]", "%%step end\nprint(y, z)"]
    text = export_flow(graph_of(*cells)).text
    assert "self.next(self.a, self.b)" in text
    assert "one after another" not in text


def test_the_script_and_the_notes_say_who_waits_and_why() -> None:
    exported = export_flow(graph_of(ROWS, "%%step change\nrows[0]['n'] = 5", "%%step look\nprint(first)"))
    line = "'look' waits for 'change', which may change objects that it reaches as 'first'"
    assert f"# - {line}" in exported.text
    assert exported.notes[0] == line
    assert "nbflow run flow.ipynb" in exported.notes[1]


def test_what_a_run_has_told_is_not_guessed() -> None:
    graph = graph_of(ROWS, "%%step change\nrows[0]['n'] = 5", "%%step look\nprint(first)")
    assert SharedNames.of(graph, graph.links.keys()).pairs == ()
    assert SharedNames.of(graph, {"change", "look"}).pairs  # for what stands above them it was another run


def test_an_order_that_no_script_can_have_is_refused_until_a_run_has_told() -> None:
    cells = [
        "%%step load\nrows = [[1]]\ntable = rows\nxs = [1, 2]",
        "%%step each --foreach x in xs\ny = x",
        "%%step total --join each\nrows[0].append(sum(inputs.y))",
        "%%step more\nz = y + len(table[0])",
    ]
    graph = graph_of(*cells)
    with pytest.raises(
        FlowRefused, match="'more' waits for 'total', which may change objects that it reaches as 'table'"
    ):
        export_flow(graph)
    assert export_flow(graph, known=graph.links.keys()).text


def constants(*cells: str) -> list[str]:
    """Who is told to change a constant that is read below, or in the step itself, through another name."""
    notes = export_flow(graph_of("LIMITS = [1, 2]\nNESTED = {'a': [1]}", *cells)).notes
    return re.findall(
        r"(step '\w+') may change what an ordinary cell calls ('\w+'), and ('\w+') reads", " ".join(notes)
    )


def test_a_change_of_a_constant_through_another_name_is_told() -> None:
    assert constants("%%step a\nmine = LIMITS\nmine.append(3)", "%%step b\nprint(LIMITS)") == [
        ("step 'a'", "'LIMITS'", "'b'")
    ]
    cells = ["%%step c\ninner = NESTED['a']", "%%step d\ninner.append(2)\nprint(NESTED)", "%%step e\nprint(LIMITS)"]
    assert constants(*cells) == [("step 'd'", "'NESTED'", "'d'")]
    assert constants("%%step a\nmine = list(LIMITS)\nmine.append(3)", "%%step b\nprint(LIMITS)") == []
    assert constants("%%step a\nimport toolbox\nm = toolbox.make(LIMITS)\nm.fit(3)", "%%step b\nprint(LIMITS)") == []


# scripts that run

HIDDEN = [
    "%%step load\nrows = [[1], [2]]\nfirst = rows[0]",
    "%%step change\nimport operator\noperator.methodcaller('append', 9)(first)\nn = len(first)",
    "%%step look\ntotal = sum(map(sum, rows))",
    "%%step end\nresult = (n, total)",
]


def test_a_change_that_nobody_could_see_fails_with_the_names_and_a_fix(
    engines: Engines, capsys: pytest.CaptureFixture[str]
) -> None:
    engines.nbflow(export_flow(graph_of(*HIDDEN)), Outcome.FAILED)
    said = " ".join(re.sub(r"(?m)^\S+ \S+ \[.*?\] ", "", capsys.readouterr().out).split())
    assert "step 'change' changed an object that 'rows' also refers to, and 'look' reads 'rows'" in said
    assert "nbflow run flow.ipynb" in said


def test_once_it_has_run_the_script_does_the_same(engines: Engines, tmp_path: Path) -> None:
    graph = graph_of(*HIDDEN)
    engines.notebook(graph)
    root = tmp_path / ".nbflow"
    archive = Archive(Store.reader(root), "flow", root)
    found = archive.link(graph.flow)
    assert archive.proven(found) == graph.links.keys()
    changed = graph_of(*HIDDEN[:2], "%%step look\ntotal = 0\nfor row in rows:\n    total += sum(row)", *HIDDEN[3:])
    assert archive.proven(changed) == graph.links.keys() - {"look"}
    values = engines.nbflow(export_flow(found, known=archive.proven(found)))
    assert values["end", (), "result"] == plain((2, 12))


ABOVE = [
    "LIMITS = [1]",
    "%%step load\nxs = [0, 1]\nrows = [xs]",
    "%%step fit\nq = sum(xs) + sum(LIMITS)",
    "%%step each --foreach x in xs\ny = x",
    "%%step gather --join each\nys = sorted(inputs.y)",
    "%%step change\nimport operator\nadd = operator.methodcaller('append', 9)\nadd(rows[0])\nadd(LIMITS)",
    "%%step end\nresult = (q, ys, rows, xs)",
]


def test_only_steps_that_stand_below_a_change_would_have_to_see_it(engines: Engines) -> None:
    graph = link(graph_of(*ABOVE).flow, {"change": frozenset({"xs"})})
    exported = export_flow(graph, known=graph.links.keys())
    assert "fit 3, whether_each 4, each_each 4, each 4, gather 5, change 6, " in exported.text
    assert engines.nbflow(exported)["end", (), "result"] == plain((2, [0, 1], [[0, 1, 9]], [0, 1, 9]))


def test_names_from_two_branches_share_below_the_join_what_they_shared_above(engines: Engines) -> None:
    cells = [
        "%%step load\nrows = [[1], [2]]",
        "%%step left\na = rows[0]",
        "%%step right\nb = rows[:1]",
        "%%step both\nsame = a is b[0]",
        "%%step change\na.append(5)",
        "%%step end\nresult = (b, rows, same)",
    ]
    values = engines.nbflow(export_flow(graph_of(*cells), all_artifacts=True))
    assert values["end", (), "result"] == plain(([[1, 5]], [[1, 5], [2]], True))


def test_a_join_takes_a_name_from_the_branch_that_may_have_changed_it(engines: Engines) -> None:
    cells = [
        ROWS + "\nword = 'x'",
        "%%step other\nlong = word * 3",
        "%%step change\nrows[0]['n'] = 5\ndone = 1",
        "%%step end\nresult = (first, long, done)",
    ]
    assert waiting(*cells) == []
    assert engines.nbflow(export_flow(graph_of(*cells)))["end", (), "result"] == plain(({"n": 5}, "xxx", 1))


def test_what_is_asked_of_a_step_by_name_is_as_that_step_has_made_it(engines: Engines) -> None:
    cells = [
        "%%step start\nd = [1]",
        "%%step a\nd.append('a')",
        "%%step b\nd = inputs.start.d\nd.append('b')",
        "%%step c\nd = inputs.start.d",
        "%%step join\nfound = [inputs.a.d, inputs.b.d, inputs.c.d]",
        "%%step end\nresult = (found, inputs.start.d)",
    ]
    graph = graph_of(*cells)
    expected = plain(([[1, "a"], [1, "b"], [1]], [1]))
    assert engines.notebook(graph)["end", (), "result"] == expected
    assert engines.nbflow(export_flow(graph))["end", (), "result"] == expected


# Metaflow


def test_for_metaflow_names_that_may_come_apart_are_told() -> None:
    cells = [ROWS, "%%step change\nrows[0]['n'] = 5", "%%step look\nprint(first)"]
    notes = [note for note in export_flow(graph_of(*cells), Target.METAFLOW).notes if "Metaflow" in note]
    assert len(notes) == 1
    assert "step 'change' may change an object that 'look' reaches as 'first'" in notes[0]
    assert not [note for note in export_flow(graph_of(*cells)).notes if "Metaflow" in note]
    assert not [n for n in export_flow(graph_of(ROWS, "%%step a\nb = first"), Target.METAFLOW).notes if "Metaflow" in n]


def test_for_metaflow_names_that_do_come_apart_are_refused() -> None:
    cells = [ROWS, "%%step change\nrows[0]['n'] = 5", "%%step look\nprint(first)"]
    graph = link(graph_of(*cells).flow, {"change": frozenset({"first"})})
    with pytest.raises(FlowRefused, match="'look' reads 'first'"):
        export_flow(graph, Target.METAFLOW, known=graph.links.keys())
    export_flow(graph, known=graph.links.keys())
