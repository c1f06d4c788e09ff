"""What ordinary cells do to the prelude, to the process and to the random generators: the same as in plain Python."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.flows import Shape
from tests.run.running import Place


def flow(*cells: str) -> Shape:
    return Shape("flow", "\n---\n".join(cells), {})


def plain(*cells: str) -> dict[str, Any]:
    """The names after the cells have run top to bottom."""
    names: dict[str, Any] = {"__name__": "__main__"}
    state, legacy = random.getstate(), np.random.get_state()
    try:
        for cell in cells:
            exec("\n".join(line for line in cell.splitlines() if not line.startswith("%%")), names)
    finally:
        random.setstate(state)
        np.random.set_state(legacy)
    return names


EFFECTS = (
    "ITEMS, REG = [], {}\nclass A: n = 0",
    "%%step one\nx = (len(ITEMS), A.n, sorted(REG))",
    "for _k in range(2):\n    ITEMS.append(_k)\ndef add(f):\n    REG[f.__name__] = f\n    return f",
    "@add\ndef square(v): return v * v\nA.n += 1",
    "%%step two\ny = (ITEMS[:], A.n, REG['square'](3))\na = A()",
    "A.n += 1\nITEMS += [5]",
    "%%step three\nz = (ITEMS[:], a.n, isinstance(a, A))",
)


@pytest.mark.parametrize("slots", [1, 2])
def test_effects_are_seen_by_the_steps_below_them(place: Place, slots: int) -> None:
    ran, right = place.run(flow(*EFFECTS), slots=slots), plain(*EFFECTS)
    assert [ran.value(name) for name in ("one.x", "two.y", "three.z")] == [right["x"], right["y"], right["z"]]


def test_a_changed_effect_runs_the_steps_below_it(place: Place) -> None:
    place.run(flow(*EFFECTS))
    again = place.run(flow(*EFFECTS[:5], "A.n += 2\nITEMS += [5]", EFFECTS[6]), reuse=True)
    assert again.executed == ["three"]
    assert again.value("three.z") == ([0, 1, 5], 3, True)


SETTINGS = (
    "import os, sys, decimal, json\ndef third(): return str(decimal.Decimal(1) / 3)",
    "%%step one\nx = (third(), os.environ.get('OWN'), sys.path[0] == 'own', hasattr(json, 'mark'))",
    "decimal.getcontext().prec = 4\nos.environ['OWN'] = 'a'\nsys.path.insert(0, 'own')\njson.mark = 1",
    "%%step two --after one\ny = (third(), os.environ.get('OWN'), sys.path[0] == 'own', hasattr(json, 'mark'))",
    "%%step three --foreach i in range(3)\nz = (third(), os.environ.get('OWN'), sys.path[0] == 'own', json.mark)",
    "os.environ.pop('OWN')",
    "%%step four --after two\nw = (third(), 'OWN' in os.environ)",
)


@pytest.mark.parametrize("slots", [1, 2])
def test_settings_hold_for_the_steps_below_them_in_every_worker(place: Place, slots: int) -> None:
    ran = place.run(flow(*SETTINGS), slots=slots)
    long = "0.3333333333333333333333333333"
    assert ran.value("one.x") == (long, None, False, False)
    assert ran.value("two.y") == ("0.3333", "a", True, True)
    assert {ran.value(f"three[{i}].z") for i in range(3)} == {("0.3333", "a", True, 1)}
    assert ran.value("four.w") == ("0.3333", False)


def test_a_worker_in_which_a_setting_was_done_gets_no_task_of_a_step_above_it(place: Place) -> None:
    shape = flow(
        "import json",
        "%%step slow\nimport time\ntime.sleep(0.3)\ns = 1",
        "%%step above\nx = hasattr(json, 'mark'), s",
        "json.mark = 1",
        "%%step below\ny = json.mark",
    )
    ran = place.run(shape, slots=1)
    assert (ran.value("above.x"), ran.value("below.y")) == ((False, 1), 1)


RANDOM = (
    "import random\nimport numpy as np\ndef draw(): return float(np.random.normal())",
    "np.random.seed(42)\nrandom.seed(1)",
    "%%step a\nxa = draw()",
    "N = float(np.random.rand())",
    "%%step b\nxb = [random.random(), draw()]",
    "%%step quiet\nq = 1",
    "%%step c\nimport numpy\nxc = getattr(numpy.random, 'ra' + 'nd')()",
    "%%step d\nxd = draw()",
    "np.random.seed(7)",
    "%%step e --while again\nxe = [*globals().get('xe', []), draw()]\nagain = len(xe) < 3",
    "%%step f\nrandom.seed(5)\nxf = draw(), random.random()",
    "%%step g\nxg = random.random(), np.random.permutation(4).tolist()",
)


@pytest.mark.parametrize("slots", [1, 2])
def test_global_generators_go_on_from_cell_to_cell(place: Place, slots: int) -> None:
    cells = (*RANDOM[:3], *RANDOM[4:9], *RANDOM[10:])
    ran, right = place.run(flow(*cells), slots=slots), plain(*cells)
    for name in "abcdfg":
        assert ran.value(f"{name}.x{name}") == right[f"x{name}"], name


def test_a_draw_that_only_a_run_can_see_is_learned(place: Place) -> None:
    cells = RANDOM[:3] + RANDOM[6:8]
    ran, right = place.run(flow(*cells)), plain(*cells)
    assert (ran.value("c.xc"), ran.value("d.xd")) == (right["xc"], right["xd"])
    again = place.run(flow(*cells), reuse=True)
    assert (again.executed, again.value("d.xd")) == ([], right["xd"])


def test_an_ordinary_cell_draws_between_the_steps_below_it(place: Place) -> None:
    cells = (RANDOM[0], RANDOM[1], RANDOM[3], "%%step a\nxa = N, draw()", "%%step b\nxb = draw()")
    ran, right = place.run(flow(*cells)), plain(*cells)
    assert (ran.value("a.xa"), ran.value("b.xb")) == (right["xa"], right["xb"])


def test_the_turns_of_a_loop_draw_one_after_another(place: Place) -> None:
    cells = (*RANDOM[:2], "%%step e --while again\nxe = draw()\nagain = xe < 1", "%%step f\nxf = draw()")
    ran, right = (
        place.run(flow(*cells)),
        plain(*RANDOM[:2], "while True:\n    xe = draw()\n    if xe >= 1: break\nxf = draw()"),
    )
    assert (ran.value("e.xe"), ran.value("f.xf")) == (right["xe"], right["xf"])


def test_each_item_draws_from_a_stream_of_its_own_that_ends_with_the_foreach(place: Place) -> None:
    shape = flow(
        *RANDOM[:2],
        "%%step many --foreach i in range(3)\ny = draw()",
        "%%step more\nz = y, draw()",
        "%%step all --join many\nw = inputs.z",
        "%%step last\nv = draw()",
    )
    first, second = place.run(shape), place.run(shape, slots=1)
    assert first.value("all.w") == second.value("all.w")
    assert len({number for pair in first.value("all.w") for number in pair}) == 6
    assert first.value("last.v") == plain(*RANDOM[:2], "v = draw()")["v"]


def test_a_generator_object_is_an_artifact_that_draws_change(place: Place) -> None:
    cells = (
        "import numpy as np",
        "%%step a\nrng = np.random.default_rng(0)\nold = np.random.RandomState(1)\nx = float(rng.normal())",
        "%%step b\ny = float(rng.normal()), float(old.rand())",
        "%%step c\nz = float(rng.normal()), float(old.rand())",
    )
    ran, right = place.run(flow(*cells)), plain(*cells)
    assert [ran.value(name) for name in ("a.x", "b.y", "c.z")] == [right["x"], right["y"], right["z"]]


def test_a_generic_function_that_cells_extend_between_the_steps(place: Place) -> None:
    cells = (
        "from functools import singledispatch\n@singledispatch\ndef show(x): return f'<{x}>'",
        "@show.register\ndef _(x: int): return f'int {x}'",
        "%%step a\nxa = show(1), show(2.5)",
        "@show.register(float)\ndef _(x): return f'{x:.1f}'",
        "%%step b\nxb = show(1), show(2.5)",
    )
    ran, right = place.run(flow(*cells)), plain(*cells)
    assert (ran.value("a.xa"), ran.value("b.xb")) == (right["xa"], right["xb"])
