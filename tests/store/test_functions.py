"""Functions get the notebook's globals again, closures share their cells, classes keep their identity."""

from __future__ import annotations

import functools
import types
from typing import Any

import pytest

from nbflow.store.blobs.memory import MemoryBlobs
from nbflow.store.pickling.codec import encode
from nbflow.store.pickling.component import decode_component

from .conftest import Notebook, RoundTrip, groups, values_of

PRELUDE = """
import functools
from collections import namedtuple
class P:
    v = 1
    def m(self): return 'old'
def helper(x): return x + 1
Pt = namedtuple('Pt', 'x y')
@functools.lru_cache
def cached(n): return n * 2
"""


@pytest.fixture
def ns(notebook: Notebook) -> dict[str, Any]:
    return notebook.define(PRELUDE, "P", "helper", "Pt", "cached")


class TestPrelude:
    def test_an_instance_is_of_the_very_class(self, ns: dict[str, Any], round_trip: RoundTrip) -> None:
        back = round_trip(p=ns["P"](), q=ns["Pt"](1, 2), cls=ns["P"])
        assert type(back["p"]) is ns["P"] is back["cls"]
        assert isinstance(back["q"], ns["Pt"])

    def test_functions_are_the_very_functions(self, ns: dict[str, Any], round_trip: RoundTrip) -> None:
        back = round_trip(f=ns["helper"], c=[ns["cached"]], bound=functools.partial(ns["helper"], 1))
        assert back["f"] is ns["helper"]
        assert back["c"][0] is ns["cached"]
        assert back["bound"].func is ns["helper"]

    def test_prelude_does_not_tie_names_together(self, ns: dict[str, Any], notebook: Notebook) -> None:
        encoded = encode({"a": [ns["P"]()], "b": [ns["P"](), ns["helper"]]}, MemoryBlobs(), notebook)
        assert groups(encoded) == {frozenset("a"), frozenset("b")}


class TestFunctionsOfStepBodies:
    def test_live_globals(self, ns: dict[str, Any], notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("x = 1\nf = lambda: x\n")
        ns["x"] = 100
        back = round_trip(f=ns["f"])["f"]
        assert back.__globals__ is notebook.namespace
        assert back() == 100

    def test_globals_it_needs_travel_with_it(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("import math\nk = 3\ndef f(r): return k * math.sqrt(r)\n")
        elsewhere = Notebook()
        assert round_trip(elsewhere, f=notebook.namespace["f"])["f"](4) == 6.0
        assert elsewhere.namespace["k"] == 3

    def test_what_is_there_already_is_not_overwritten(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("k = 3\ndef f(): return k\n")
        elsewhere = Notebook(namespace={"k": 4})
        assert round_trip(elsewhere, f=notebook.namespace["f"])["f"]() == 4

    def test_prelude_that_it_calls_is_resolved(
        self, ns: dict[str, Any], notebook: Notebook, round_trip: RoundTrip
    ) -> None:
        notebook.define("g = lambda x: helper(x) * 2")
        assert round_trip(g=ns["g"])["g"](1) == 4

    def test_closures_share_their_cells(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("""
def mk():
    n = 0
    def inc():
        nonlocal n
        n += 1
        return n
    return inc, lambda: n
inc, get = mk()
inc()
""")
        back = round_trip(inc=notebook.namespace["inc"], get=notebook.namespace["get"])
        assert back["inc"]() == 2
        assert back["get"]() == 2
        assert notebook.namespace["get"]() == 1

    def test_defaults_attributes_and_facts(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define('def f(a: int = 1, *, b=[2]):\n    "doc"\n    return a, b\nf.calls = 3')
        f = notebook.namespace["f"]
        back = round_trip(f=f)["f"]
        assert (back(), back.calls, back.__doc__, back.__name__) == ((1, [2]), 3, "doc", "f")
        assert back.__annotations__ == {"a": int}

    def test_recursion(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("""
def mk():
    def fact(n): return 1 if n < 2 else n * fact(n - 1)
    return fact
inner = mk()
def outer(n): return 1 if n < 2 else n * outer(n - 1)
""")
        back = round_trip(Notebook(), inner=notebook.namespace["inner"], outer=notebook.namespace["outer"])
        assert (back["inner"](5), back["outer"](5)) == (120, 120)
        assert back["inner"].__closure__[0].cell_contents is back["inner"]

    def test_wrapped_and_cached(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("""
import functools
def deco(f):
    @functools.wraps(f)
    def w(*a): return f(*a) + 1
    return w
@deco
def h(x): return x
@functools.lru_cache(maxsize=7)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
""")
        back = round_trip(Notebook(), h=notebook.namespace["h"], fib=notebook.namespace["fib"])
        assert (back["h"](1), back["h"].__name__) == (2, "h")
        assert back["fib"](30) == 832040
        assert back["fib"].cache_parameters() == {"maxsize": 7, "typed": False}

    def test_a_function_without_globals(self, round_trip: RoundTrip) -> None:
        bare = types.FunctionType((lambda: 1).__code__, {})
        assert round_trip(f=bare)["f"]() == 1

    def test_singledispatch(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        notebook.define("""
import functools
@functools.singledispatch
def show(x): return 'any'
@show.register
def _(x: int): return 'int'
""")
        back = round_trip(show=notebook.namespace["show"])["show"]
        assert (back(1), back("")) == ("int", "any")


CLASS = """
class C:
    v = 1
    def __init__(self): super().__init__(); self.a = [1]
    def m(self): return 'old', __class__.v
c = C()
"""


class TestClassesOfStepBodies:
    def test_a_live_class_is_never_reset(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        blobs = MemoryBlobs()
        live = notebook.define(CLASS)["C"]
        encoded = encode({"c": notebook.namespace["c"]}, blobs, notebook)
        live.v = 2
        live.m = lambda self: "new"
        back = values_of(encoded, blobs, notebook)["c"]
        assert (back.m(), type(back).v) == (("old", 1), 1)
        assert (live.v, live().m()) == (2, "new")

    def test_one_class_for_instances_stored_apart(self, notebook: Notebook) -> None:
        blobs, elsewhere = MemoryBlobs(), Notebook()
        notebook.define(CLASS)
        first = values_of(encode({"c": notebook.namespace["c"]}, blobs, notebook), blobs, elsewhere)["c"]
        again = encode({"d": type(first)()}, blobs, elsewhere)
        second = values_of(encode({"c": notebook.namespace["c"]}, blobs, notebook), blobs, elsewhere)["c"]
        third = values_of(again, blobs, elsewhere)["d"]
        assert type(first) is type(second) is type(third)

    def test_instances_and_class_of_one_component_agree(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        ns = notebook.define(CLASS)
        back = round_trip(Notebook(), c=ns["c"], C=ns["C"])
        assert type(back["c"]) is back["C"]
        assert isinstance(back["C"](), back["C"])

    def test_enum_and_dataclass(self, notebook: Notebook, round_trip: RoundTrip) -> None:
        ns = notebook.define("""
import dataclasses, enum
class E(enum.Enum):
    A = 1
@dataclasses.dataclass
class D:
    x: int
    e: E
d = D(1, E.A)
""")
        back = round_trip(Notebook(), d=ns["d"])["d"]
        assert (back.x, back.e.name, type(back)(2, back.e).x) == (1, "A", 2)
        assert type(back.e).A is back.e

    def test_a_class_changed_after_loading_is_not_mistaken_for_the_stored_one(self, notebook: Notebook) -> None:
        blobs, elsewhere = MemoryBlobs(), Notebook()
        notebook.define(CLASS)
        encoded = encode({"c": notebook.namespace["c"]}, blobs, notebook)
        first = values_of(encoded, blobs, elsewhere)["c"]
        type(first).v = 5
        second = decode_component(encoded.components[0], blobs, elsewhere).values[0]
        assert type(second).v == 1  # type: ignore[attr-defined]


def test_a_type_of_a_name_keeps_its_name_and_its_base(notebook: Notebook, round_trip: RoundTrip) -> None:
    made = notebook.define("from typing import NewType, ParamSpec\nUserId = NewType('UserId', int)\nP = ParamSpec('P')")
    back = round_trip(kind=made["UserId"], users={made["UserId"]: 1}, several=[made["P"]])
    assert (back["kind"].__name__, back["kind"].__supertype__, back["kind"](3)) == ("UserId", int, 3)
    assert [*back["users"]] == [back["kind"]]
    assert back["several"][0].__name__ == "P"
