from __future__ import annotations

import pytest

from tests.flow.reading import flow_of, graph_of, problems_of, writers

# statement, kind
KINDS = [
    ("import numpy as np", "import"),
    ("from os.path import join", "import"),
    ("def f(x):\n    return df + x", "function"),
    ("@cache\ndef f(): ...", "function"),
    ("async def f(): ...", "function"),
    ("class A:\n    x = 1", "class"),
    ("X = 1", "constant"),
    ("X: int = 1", "constant"),
    ("A, (B, *C) = 1, (2, 3)", "constant"),
    ("A = B = [1, {'a': (2, 3)}]", "constant"),
    ("X = -1 * 2 ** 3", "constant"),
    ("X = 'a b'.split()", "constant"),
    ("X = f'{1 + 1}'", "constant"),
    ("X = [n * 2 for n in range(3) if n]", "constant"),
    ("X = sorted({3, 1})", "constant"),
    ("X = dict[str, int]", "constant"),
    ("f = lambda x: df + x", "constant"),
    ("from pathlib import Path\nX = Path('a') / 'b'", "constant"),
    ("import pathlib as p\nX = p.Path('a').parent", "constant"),
    ("import re\nX = re.compile('a', re.I)", "constant"),
    ("import numpy as np\nX = np.pi * 2", "constant"),
    ("from datetime import timedelta\nX = timedelta(days=1)", "constant"),
    ("from collections import namedtuple\nX = namedtuple('X', 'a b')", "constant"),
    ("X = 1\nX += 1", "constant"),
    ("X = top_k * 2", "constant"),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas", "block"),
    ("try:\n    import fast\nexcept ImportError:\n    fast = None", "block"),
    ("import sys\nif sys.version_info > (3, 12):\n    X = 1\nelse:\n    X = 2", "block"),
    ("import importlib\nX = importlib.import_module('json')", "import"),
    ("import importlib\nN = 'json'\nX = importlib.import_module(N).loads", "import"),
    ("import importlib\nX = [importlib.import_module(n) for n in ('json', 'csv')]", "constant"),
    ("import os\nX = os.path.dirname(os.path.abspath('a'))", "constant"),
    ("from pathlib import Path\nX = Path('..').resolve().joinpath('a').with_suffix('.b')", "constant"),
    ("N = 'A B'\nX = N.lower().replace(' ', '_').split('_')", "constant"),
    ("from pathlib import Path\nN = Path('a')\nX = N.replace('b')", None),
    ("import os\nX = os.getenv('HOME', '') + os.environ.get('USER', '')", "constant"),
    ("X = load()", None),
    ("from other import Path\nX = Path('a')", None),
    ("import re\nX = re.findall('a', 'b')", None),
    ("X = df.shape", None),
    ("X = df", None),
    ("X = undefined", None),
    ("def f(x=df) -> df: ...", "function"),
    ("class A(df): ...", "class"),
    ("@df.register\ndef f(): ...", None),
    ("for i in range(3): ...", None),
    ("with open('a') as f: ...", None),
    ("a.b = 1", None),
    ("print(1)", None),
    ("%time X = 1 + f()", None),
    ("X = !ls", None),
    ("%%time\nX = 1", "constant"),
    ("%%timeit\nX = 1", None),
    ("if True:\n    print(1)", None),
    ("def f():\n    !ls", None),
]


@pytest.mark.parametrize(("statement", "kind"), KINDS)
def test_a_statement_is_prelude_if_its_value_is_the_same_everywhere(statement: str, kind: str | None) -> None:
    flow = flow_of(f"%%parameters\ntop_k = 3\n---\n%%step load\ndf = 1\n---\n{statement}")
    if kind is None:
        assert len(flow.scratch) == 1
    else:
        assert (flow.prelude.definitions[-1].kind, flow.scratch) == (kind, ())
    assert flow.problems == ()


NOTHING = ["", "# only a comment", "'''text'''", "pass", "x: int", "%matplotlib inline", "!pip list", "df?"]


@pytest.mark.parametrize("cell", NOTHING)
def test_what_binds_nothing_is_neither(cell: str) -> None:
    flow = flow_of(cell)
    assert (flow.problems, flow.prelude.definitions, [s for s in flow.scratch if s.names]) == ((), (), [])


def test_a_definition_keeps_its_source_place_names_and_reads() -> None:
    flow = flow_of("import a.b, c as d\nX = 1; Y = 2\n\n@wraps\ndef f(x, y=X):\n    from e import g\n    return h(x)")
    found = [(d.source, d.place.line, set(d.names), set(d.reads), set(d.modules)) for d in flow.prelude.definitions]
    assert found == [
        ("import a.b, c as d", 1, {"a", "d"}, set(), {"a.b", "c"}),
        ("X = 1", 2, {"X"}, set(), set()),
        ("Y = 2", 2, {"Y"}, set(), set()),
        ("@wraps\ndef f(x, y=X):\n    from e import g\n    return h(x)", 4, {"f"}, {"wraps", "X", "h"}, {"e", "e.g"}),
    ]


def test_magics_keep_the_line_numbers_of_what_follows() -> None:
    flow = flow_of("%matplotlib inline\n!ls \\\n  -l\nX = 1\ntext = '''\n%not magic\n'''")
    assert [(d.place.line, d.source) for d in flow.prelude.definitions] == [
        (4, "X = 1"),
        (5, "text = '''\n%not magic\n'''"),
    ]


def test_a_shared_cell_is_one_definition_that_everybody_gets() -> None:
    flow = flow_of("%%shared\nimport warnings\nwarnings.simplefilter('ignore')\n---\nX = 1\n---\nY = 2")
    shared, x, _ = flow.prelude.definitions
    assert (shared.kind, shared.source, set(shared.names)) == (
        "shared",
        "import warnings\nwarnings.simplefilter('ignore')",
        {"warnings"},
    )
    assert flow.prelude.closure({"X"}) == (shared, x)


def test_annotations_are_not_read_after_the_future_import() -> None:
    with_future = flow_of("from __future__ import annotations\n---\ndef f(x: Frame): ...")
    without = flow_of("def f(x: Frame): ...")
    assert [set(d.reads) for d in (with_future.prelude.definitions[-1], without.prelude.definitions[-1])] == [
        set(),
        {"Frame"},
    ]
    assert with_future.prelude.always == with_future.prelude.definitions[:1]


def test_what_is_made_of_a_name_may_share_its_objects() -> None:
    prelude = flow_of("A = [1]\nN = 3\nB = {'a': A}\nC = B\nD = N\nclass K:\n    items = A\ndef f(): return A").prelude
    assert prelude.sharers(["A"]) >= {"B", "C", "K"}
    assert prelude.sharers(["A"]).isdisjoint({"A", "N", "D", "f"})
    assert prelude.sharers(["N"]) == frozenset()
    assert prelude.sharers(["B"]) == {"C"}


def test_a_step_gets_what_holds_the_list_that_it_changes() -> None:
    graph = graph_of("A = [1]\nB = {'a': A}\n---\n%%step one\nA.append(2)\n---\n%%step two\nprint(A)")
    assert graph.links["one"].prelude == {"A", "B"}
    assert graph.links["two"].prelude == {"A"}


def test_a_call_binds_what_its_function_assigns_through_global() -> None:
    setup = "def setup(k):\n    global CFG\n    CFG = {'k': k}\n---\n"
    text = f"{setup}setup(1)\n---\n%%step a\nx = CFG\n---\n%%step b\nsetup(2)\n---\n%%step c\ny = CFG"
    graph = graph_of(text)
    assert graph.flow.scratch == ()
    assert problems_of(text) == []
    assert [one.source for one in graph.closure("a")][-1] == "setup(1)"
    assert writers(graph, "c") == {"CFG": ("b",)}
