"""Executing step cells in any order, with edits between, gives what plain Python gives, however much is remembered."""

from __future__ import annotations

import functools
import gc
import os
import sys
from collections import Counter
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import AncestorsMissing
from tests.counting import count_calls
from tests.jupyter.live import Live

BODIES = (
    "a = {} + 1",
    "b = a * 2 + {}",
    "from pathlib import Path\nc = a + int(Path('number.txt').read_text()) + {}",
    "import beside\nd = b + c + beside.NUMBER + {}",
    "e = d - {}",
)
NAMES = "abcde"
EDITS = st.tuples(st.sampled_from(["cell", "file", "module", "none"]), st.integers(0, 4), st.integers(0, 2))
TIMES = 100 if os.environ.get("NBFLOW_EXPLORE") else 6


class Desk:
    """A notebook with a file and a module beside it, and what plain Python makes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers, self.aside = folder, [0] * 5, {"file": 0, "module": 0}
        self.live = Live({}, folder)
        self._written = 0
        for kind in self.aside:
            self.write(kind, 0)

    def write(self, kind: str, number: int) -> None:
        self.aside[kind] = number
        path = self.folder / ("number.txt" if kind == "file" else "beside.py")
        path.write_text(f"{number}" if kind == "file" else f"NUMBER = {number}\n")
        self._written += 1
        os.utime(path, (self._written, self._written))  # a clock that is coarse would hide a change

    def edit(self, kind: str, place: int, number: int) -> None:
        if kind == "cell":
            self.numbers[place] = number
        elif kind != "none":
            self.write(kind, number)

    def expected(self) -> dict[str, int]:
        one, two, three, four, five = self.numbers
        a = one + 1
        b, c = a * 2 + two, a + self.aside["file"] + three
        d = b + c + self.aside["module"] + four
        return {"a": a, "b": b, "c": c, "d": d, "e": d - five}

    def execute(self, place: int) -> Any:
        """Execute a cell as it is now; the value of its name, or None if something above must run first."""
        self.live.names.pop(NAMES[place], None)
        for n in range(place + 1):
            self.live.session.document.execute(self.cell(n))
        try:
            self.live.run(self.cell(place))
        except AncestorsMissing:
            return None
        return self.live.names[NAMES[place]]

    def cell(self, place: int) -> str:
        return f"%%step s{place}\n" + BODIES[place].format(self.numbers[place])


@settings(max_examples=TIMES, deadline=None)
@given(st.lists(st.tuples(EDITS, st.integers(0, 4)), max_size=5))
def test_cells_in_any_order_give_what_plain_python_gives(actions: list[tuple[tuple[str, int, int], int]]) -> None:
    with TemporaryDirectory() as name, chdir(name):
        sys.path.insert(0, name)  # as in a kernel of this folder
        desk = Desk(Path(name).resolve())
        try:
            assert [desk.execute(n) for n in range(5)] == [*desk.expected().values()]
            for edit, place in actions:
                desk.edit(*edit)
                expected = desk.expected()[NAMES[place]]
                for _ in range(2):  # the second time, the look-up may be remembered
                    assert desk.execute(place) in (expected, None)
            assert [desk.execute(n) for n in range(5)] == [*desk.expected().values()]
        finally:
            desk.live.session.close()
            sys.modules.pop("beside", None)
            sys.path.remove(name)


def test_an_unchanged_cell_is_executed_again_without_looking_at_each_step_above(tmp_path: Path) -> None:
    def calls(size: int) -> int:
        (folder := tmp_path / str(size)).mkdir()
        live = Live({}, folder)
        for n in range(size):
            live.run(f"%%step s{n}\nx{n} = " + (f"x{n - 1} + 1" if n else "0"))
        last = f"%%step s{size - 1}\nx{size - 1} = x{size - 2} + 1"
        live.run(last)
        live.run(last)
        found = count_calls(lambda: live.run(last))
        live.session.close()
        return found

    few, many = calls(10), calls(40)
    assert many - few < 30 * 40  # a look at each step takes hundreds of calls


def test_a_session_holds_no_more_after_many_edits_than_after_few(tmp_path: Path) -> None:
    live = Live({}, tmp_path)

    def edit(numbers: range) -> Counter[str]:
        for number in numbers:
            live.run(f"%%step a\nx = {number}")
            live.run("%%step b\ny = x + 1")
            live.run("%%step c\nz = y + 1")
        return count_held()

    few, many = edit(range(8)), edit(range(8, 24))
    live.session.close()
    assert many <= few


def count_held() -> Counter[str]:
    """Count the objects of nbflow's classes that this process holds, without those in caches, which are bounded."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
    gc.collect()
    kinds = (type(one) for one in gc.get_objects())
    return Counter(kind.__qualname__ for kind in kinds if str(vars(kind).get("__module__")).startswith("nbflow."))
