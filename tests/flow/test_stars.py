from __future__ import annotations

from nbflow.flow.names.stars import stars_of
from nbflow.flow.names.text import parse_ordinary, parse_step
from nbflow.flow.source.cell import Cell

STARS = (("math", ("pi", "sqrt")), ("numpy", ("sum",)))


def test_names_stand_in_the_place_of_a_star() -> None:
    source = "x = 'ä'; from math import *\nif x:\n    from numpy import *  # all\nfrom unknown import *"
    assert parse_step(source, STARS).source == (
        "x = 'ä'; from math import pi, sqrt\nif x:\n    from numpy import sum  # all\nfrom unknown import *"
    )
    assert parse_ordinary("from math import *\ny = 1", STARS).source == "from math import pi, sqrt\ny = 1"


def test_only_steps_and_cells_that_have_a_star_are_looked_up() -> None:
    """A flow by itself imports nothing: whoever reads notebooks says what modules hold."""
    assert stars_of([Cell(1, "x = 2 * 3\n'from a import *'")]) == ()
    assert stars_of([Cell(1, "from nowhere_at_all import *")]) == ()
