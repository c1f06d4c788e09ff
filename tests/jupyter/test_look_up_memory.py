"""Executing step cells in any order, with edits between, gives what plain Python gives, however much is remembered.

`NBFLOW_EXPLORE=1` tries many more edits.
"""

from __future__ import annotations

import functools
import gc
import os
import sqlite3
import sys
from collections import Counter
from contextlib import chdir, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow.errors import AncestorsMissing
from nbflow.jupyter.kernel.look_up_memory import LookUpMemory
from nbflow.store.store import Store
from tests.counting import count_calls
from tests.jupyter.live import Live
from tests.run.driving import contents, states

BODIES = (
    "a = {} + 1",
    "b = a * 2 + {}",
    "from pathlib import Path\nc = a + int(Path('number.txt').read_text()) + {}",
    "import beside\nd = b + beside.NUMBER + {}",
    "e = b - a - {}",
)
NAMES = "abcde"
EDITS = st.tuples(
    st.sampled_from(["cell", "cell", "file", "module", "lose", "none"]),
    st.integers(0, 4),
    st.integers(0, 2),
)
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
        match kind:
            case "cell":
                self.numbers[place] = number
            case "lose":
                self.lose(NAMES[place])
            case "file" | "module":
                self.write(kind, number)

    def lose(self, name: str) -> None:
        """Let another process remove all values of a name from the store."""
        held = "SELECT component FROM artifacts JOIN names ON names.id = artifacts.name WHERE text = ?"
        with closing(sqlite3.connect(self.live.session.store().catalog)) as catalog, catalog:
            catalog.execute(f"DELETE FROM components WHERE digest IN ({held})", [name])

    def expected(self) -> dict[str, int]:
        one, two, three, four, five = self.numbers
        a = one + 1
        b, c = a * 2 + two, a + self.aside["file"] + three
        d = b + self.aside["module"] + four
        return {"a": a, "b": b, "c": c, "d": d, "e": b - a - five}

    def execute(self, place: int) -> Any:
        """Execute a cell as it is now; the value of its name, or None if something above must run first."""
        self.live.names.pop(NAMES[place], None)
        for n in range(place + 1):
            self.live.session.document.execute(self.cell(n))
        self.compare_look_ups(f"s{place}")
        try:
            self.live.run(self.cell(place))
        except AncestorsMissing:
            return None
        return self.live.names[NAMES[place]]

    def compare_look_ups(self, name: str) -> None:
        """Look a step up with all that is remembered, and then as a session does that remembers nothing."""
        steps = self.live.session.steps
        step, scene = steps._step(name), self.live.session.begin()
        with scene.interactive.working(scene.program) as journal:
            run, known = steps._look_up(scene, journal, step, frozenset())
            for event in known.found:
                journal.record(event, None)
            kept = steps._memory, journal.standing, dict(journal._found), dict(journal._last_keys)
            journal.forget_found()
            steps._memory = LookUpMemory()
            fresh, anew = steps._look_up(scene, journal, step, frozenset())
            steps._memory, journal.standing, journal._found, journal._last_keys = kept
        assert (known.missing, known.start) == (anew.missing, anew.start)
        assert (states(run), contents(run)) == (states(fresh), contents(fresh))

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


def test_a_result_above_that_another_process_evicts_is_missed(tmp_path: Path) -> None:
    live, last = Live({}, tmp_path), "%%step c\nz = len(y)"
    for cell in ("%%step a\nx = bytes(range(256)) * 100", "%%step b\ny = x * 2", last, last):
        live.run(cell)
    with Store.open(tmp_path / ".nbflow") as store:
        made = [one for task in store.history.tasks(1) for one in store.history.artifacts(task.id)]
        assert store.evict(1, lambda: [one.component for one in made if one.name == "x"])
    with pytest.raises(AncestorsMissing, match="'a'"):
        live.run(f"{last} + 1")
    live.session.close()


def test_a_module_of_a_step_above_that_was_edited_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "aside.py").write_text("NUMBER = 1\n")
    live, last = Live({}, tmp_path), "%%step b\ny = x"
    for cell in ("import aside", "%%step a\nx = aside.NUMBER", last, last):
        live.run(cell)
    (tmp_path / "aside.py").write_text("NUMBER = 20\n")
    with pytest.raises(AncestorsMissing, match="'a'"):
        live.run(f"{last} + 1")
    live.session.close()


def test_a_step_above_that_was_executed_anew_is_looked_up_again(tmp_path: Path) -> None:
    live, last = Live({}, tmp_path), "%%step b\ny = x"
    for cell in ("import os", "%%step a\nx = os.urandom(8)", last, last):
        live.run(cell)
    before = live.names["x"]
    live.session.steps.run("a", frozenset({("a", ())}))
    live.run(f"{last} + b'!'")
    assert live.names["y"] == live.names["x"] + b"!" != before + b"!"
    live.session.close()


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


def test_an_edited_cell_is_executed_without_reading_linking_and_storing_each_cell_above(tmp_path: Path) -> None:
    def calls(size: int) -> int:
        (folder := tmp_path / str(size)).mkdir()
        live = Live({}, folder)
        for n in range(size):
            live.run(f"def f{n}(a):\n    return a + {n}")
            live.run(f"%%step s{n}\nx{n} = f{n}({f'x{n - 1}' if n else 0})")
        last = f"%%step s{size - 1}\nx{size - 1} = f{size - 1}(x{size - 2})"
        live.run(f"{last} + 1")
        live.run(f"{last} + 2")
        found = count_calls(lambda: live.run(f"{last} + 3"))
        live.session.close()
        return found

    few, many = calls(10), calls(40)
    assert many - few < 30 * 600  # to read, link and store the two cells takes more than a thousand


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
    gc.unfreeze()  # or the caches of modules that were imported before the tests began would not be among the objects
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
    gc.collect()
    kinds = [type(one) for one in gc.get_objects()]
    gc.freeze()
    return Counter(kind.__qualname__ for kind in kinds if str(vars(kind).get("__module__")).startswith("nbflow."))
