"""Random numbers in a script: each method goes on from the state that the notebook would be in."""

from __future__ import annotations

import random

import pytest

from nbflow.run.events.events import Outcome
from tests.export.engines import Engines, exported_of, graph_of
from tests.export.test_script import method, script, top, value

A, B = "%%step a\nx = random.random()", "%%step b\ny = (x, random.random())"


def numbers(seed: int, count: int) -> tuple[float, ...]:
    source = random.Random(seed)
    return tuple(source.random() for _ in range(count))


def test_a_seed_stands_in_the_method_that_draws_and_the_state_is_handed_on() -> None:
    cells = ["import random", "random.seed(1)", A, B]
    assert method("a", *cells).splitlines()[1:] == [
        "        random.seed(1)  # cell 2",
        "",
        "        # cell 3",
        "        x = random.random()",
        "",
        "        self.x = x",
        "        self.random_state = random.getstate()",
        "        self.next(self.b)",
    ]
    assert method("b", *cells).splitlines()[1:4] == [
        "        x = self.x",
        "        random.setstate(self.random_state)",
        "",
    ]
    assert "random.seed" not in top(*cells)
    assert value("b.y", *cells) == numbers(1, 2)


def test_whoever_draws_nothing_has_nothing_to_do_with_it() -> None:
    quiet = method("q", "import random", "random.seed(1)", A, "%%step q\nz = 1", B)
    assert "state" not in quiet


def test_a_seed_between_steps_counts_below_it_alone() -> None:
    cells = ["import random", "random.seed(1)", A, "random.seed(2)", B]
    assert value("b.y", *cells) == (*numbers(1, 1), *numbers(2, 1))


def test_what_ordinary_cells_draw_is_drawn_at_the_top_and_the_state_kept_there() -> None:
    cells = ["import random\nrandom.seed(1)\nFIRST = random.random()", "%%step a\nx = (FIRST, random.random())"]
    assert top(*cells).endswith("random.seed(1)\nFIRST = random.random()\nseeded_random_state = random.getstate()")
    assert "random.setstate(seeded_random_state)" in method("a", *cells)
    assert value("a.x", *cells) == numbers(1, 2)


def test_a_seed_may_be_a_parameter_or_stand_in_a_function() -> None:
    cells = ["import random", "%%parameters\nn: int = 3", "def seed(more=0): random.seed(n + more)", "seed(1)", A, B]
    assert value("b.y", *cells) == numbers(4, 2)


def test_a_body_may_import_for_itself_what_the_seeding_cell_uses() -> None:
    cells = ["import random", "random.seed(5)", "%%step a\nimport random\nx = random.random()", B]
    assert value("b.y", *cells) == numbers(5, 2)


def test_a_step_that_may_be_left_out_leaves_the_state_as_it_is() -> None:
    cells = ["import random\nrandom.seed(1)\nGO = False", "%%step m\ngo = GO", "%%step a --if go\nx = random.random()"]
    cells += ["%%step b\ny = random.random()"]
    assert value("b.y", *cells) == numbers(1, 1)[0]
    assert value("b.y", *(cell.replace("False", "True") for cell in cells)) == numbers(1, 2)[1]


def test_every_turn_of_a_loop_goes_on() -> None:
    cells = ["import random\nrandom.seed(1)", "%%step s\nxs = []", "%%step a --while go"]
    cells[2] += "\nxs.append(random.random())\ngo = len(xs) < 3"
    assert value("a.xs", *cells) == list(numbers(1, 3))


def test_steps_that_nobody_expects_to_draw_are_told_at_the_end() -> None:
    text = script("import random", "%%step before\nz = 1", "random.seed(1)", A, "%%step q\nw = 1", B)
    assert text.rstrip().endswith("# not known to draw from random: q")


# what a script cannot hand on, and finds out


HIDDEN = "getattr(random, 'ran' + 'dom')()"
WATCHED = {
    "a draw": (
        ["import random", "random.seed(1)", f"%%step q\nz = {HIDDEN}", A],
        "step 'q' drew random numbers from the global generator of random, which its code does not show",
    ),
    "a constant": (
        ["SEEN = []\nOTHER = {'seen': SEEN}", "%%step a\nn = [OTHER][0]['seen'].append(1)", "%%step b\nx = OTHER"],
        "step 'a' changed 'OTHER', which every process of the script defines again, so 'b' would see it unchanged",
    ),
    "a class": (
        ["class Node: made = 0", "%%step a\nsetattr([Node][0], 'made', 1)\nx = 1", "%%step b\ny = (x, Node.made)"],
        "step 'a' changed 'Node', which every process of the script defines again",
    ),
}


@pytest.mark.parametrize(("cells", "message"), WATCHED.values(), ids=WATCHED)
def test_what_a_script_does_not_hand_on_fails(
    cells: list[str], message: str, engines: Engines, capsys: pytest.CaptureFixture[str]
) -> None:
    engines.nbflow(exported_of(graph_of(*cells)), Outcome.FAILED)
    assert message in capsys.readouterr().out


def test_what_nobody_else_sees_is_as_before_for_the_next_task(engines: Engines) -> None:
    cells = ["SEEN = {}", "%%step each --foreach i in [1, 2, 3]\nvars(dict)['update'](SEEN, {i: 1})\nx = len(SEEN)"]
    cells += ["%%step end --join each\nxs = inputs.x"]
    found = engines.nbflow(exported_of(graph_of(*cells)))
    assert found["end", (), "xs"] == ("list", [1, 1, 1])


def test_a_shared_cell_keeps_what_it_has_for_its_process(engines: Engines) -> None:
    cells = [
        "%%shared\nCACHE = {}",
        "%%step a\nvars(dict)['update'](CACHE, z=1)\nx = 1",
        "%%step b\ny = x, len(CACHE) < 2",
    ]
    assert engines.nbflow(exported_of(graph_of(*cells)))["b", (), "y"] == ("tuple", [1, True])
