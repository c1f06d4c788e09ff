"""Reading, linking and checking take work in proportion to the number of steps, whatever the shape of the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from nbflow.flow.checks.rules import check_flow
from nbflow.flow.graph.ancestry import Ancestry
from nbflow.flow.graph.link import link
from nbflow.flow.source.cell import Problem
from tests.counting import count_calls
from tests.flow.reading import flow_of

SHAPES: dict[str, Callable[[int], str]] = {
    "rewrites": lambda n: "x = x + 1" if n else "x = 0",
    "changes": lambda n: f"x.append({n})" if n else "x = []",
    "binds": lambda n: f"x = {n}",
    "chain": lambda n: f"x{n} = x{n - 1} + 1" if n else "x0 = 0",
    "wide": lambda n: f"x{n} = x0 + 1" if n else "x0 = 0",
    "files": lambda n: f"open('f{n}.txt', 'w').write(open('f{n - 1}.txt').read())",
    "shares": lambda n: f"x{n} = x{n // 2} + x{n // 3} + x{n - 1}" if n else "x0 = 0",
    "draws": lambda n: f"x{n} = random.random()" if n else "import random",
}


ORDINARY: dict[str, Callable[[int], str]] = {
    "functions": lambda n: f"def f{n}(a):\n    return a + {n}",
    "classes": lambda n: f"class C{n}:\n    def draw(self):\n        return random.random()",
    "mistakes": lambda n: f"def g{n}():\n    return h{n}",
}
"""Cells between the steps of a chain, which uses what they define."""

USED = {"functions": "f{}(1)", "classes": "C{}()", "mistakes": "g{}(), m{}"}


def cells_of(shape: str, size: int) -> Iterator[str]:
    yield "import random"
    for n in range(size):
        if shape in ORDINARY:
            yield ORDINARY[shape](n)
            yield f"%%step s{n}\nx{n} = {USED[shape].format(n, n)}, {f'x{n - 1}' if n else 0}"
        else:
            yield f"%%step s{n}\n{SHAPES[shape](n)}"


def problems_of(shape: str, size: int) -> tuple[Problem, ...]:
    cells = (f"{cell}  # {size}" for cell in cells_of(shape, size))  # what was read before is cached
    return check_flow(link(flow_of("\n---\n".join(cells))))


def calls_of(shape: str, size: int) -> int:
    return count_calls(lambda: problems_of(shape, size))


@pytest.mark.parametrize("shape", ORDINARY)
def test_twice_the_ordinary_cells_take_twice_the_work(shape: str) -> None:
    """What a cell says by itself is known already, so that only the work is counted that all cells take together."""
    for size in (200, 400):
        problems_of(shape, size)
    assert calls_of(shape, 400) < 2.2 * calls_of(shape, 200)


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_steps_take_twice_the_work(shape: str) -> None:
    problems_of(shape, 3)  # what is loaded and compiled once is not counted
    assert calls_of(shape, 400) < 2.3 * calls_of(shape, 200)


@pytest.mark.parametrize("end", ["%%step s\nx = f{}(1)", "y = f{}([])", "f{}(print)", "%%step s\nx = []\n---\nf{}(x)"])
def test_functions_that_call_each_other_twice_are_looked_at_once(end: str) -> None:
    def calls(functions: int) -> int:
        calling = [f"def f{n + 1}(a):\n    return f{n}(a) + f{n}(a)  # {functions}" for n in range(functions)]
        text = "\n---\n".join(["def f0(a):\n    return a", *calling, end.format(functions)])
        return count_calls(lambda: check_flow(link(flow_of(text))))

    calls(2)
    assert calls(20) < 3 * calls(10)


def test_a_chain_of_a_thousand_functions_is_followed_to_its_end() -> None:
    chain = [f"def f{n + 1}(a):\n    return f{n}(a)" for n in range(1_000)]
    first, last = (
        "import random\n---\nrandom.seed(1)\n---\ndef f0(a):\n    return random.random()",
        "%%step s\nx = f1000(1)",
    )
    graph = link(flow_of("\n---\n".join([first, *chain, "y = f1000([])", last])))
    assert check_flow(graph) == ()
    assert graph.links["s"].draws == {"random state"}


def test_a_pair_of_parallel_writers_is_told_once_however_many_steps_read_the_name() -> None:
    writers = ["%%step start\na = 1", *(f"%%step w{n}\n_a = a\nx = {n}" for n in range(30))]
    after = "--after " + ",".join(f"w{n}" for n in range(30))
    readers = [f"%%step r{n} {after}\ny{n} = x" for n in range(30)]
    found = check_flow(link(flow_of("\n---\n".join((*writers, *readers)))))
    assert [one.rule for one in found] == ["parallel-writes"] * 29


def test_an_ancestry_knows_who_waits_for_whom() -> None:
    ancestry = Ancestry()
    for step, upstream in {"a": "", "b": "a", "c": "", "d": "bc"}.items():
        ancestry.add(step, upstream)
    assert [*ancestry.steps_of(ancestry.above("d"))] == ["a", "b", "c"]
    assert ancestry.waits("d", "a")
    assert not ancestry.waits("c", "a")
    assert ancestry.first_below("b", ancestry.set_of("abd")) == "d"
    assert ancestry.first_below("d", ancestry.set_of("abd")) is None
    assert ancestry.before("c", ancestry.set_of("abd")) == ancestry.set_of("ab")


@pytest.mark.parametrize("letter", ["x", "-", " ", ".", "1", "= ", "(", "#", "%", "/", "a,"])
@pytest.mark.parametrize("cells", ["text = '{}'\n---\n%%step a\nn = len(text)", "%%step a\nn = 1  # {}"])
def test_a_long_text_does_not_stall_a_check(letter: str, cells: str) -> None:
    """Something quadratic would take minutes here."""
    assert check_flow(link(flow_of(cells.format(letter * 150_000)))) == ()
