"""Restores in a live namespace: what is bound, what stays, what can be taken back."""

from __future__ import annotations

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

from nbflow.checkpoints.point import Checkpoint, read_checkpoint, read_checkpoint_of_row
from nbflow.errors import (
    CheckpointNameTaken,
    NothingToUndo,
    PreludeFailed,
)
from nbflow.history.address import read_address
from nbflow.history.archive import Archive
from tests.checkpoints.kernel import Kernel
from tests.flows import FOREACH, Shape
from tests.run.running import Place


def names(kernel: Kernel) -> set[str]:
    return {name for name in kernel.namespace if not name.startswith("__")}


# what is bound


def test_a_checkpoint_holds_its_own_artifacts_and_those_above_it(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]\nn = 5")
    kernel.step("other", "y = 2")
    kernel.step("clean", "x = x + [n]")
    kernel.restore("clean")
    assert kernel.value("(x, n, y)") == ([1, 5], 5, 2)
    kernel.restore("load")
    assert kernel.value("(x, n)") == ([1], 5)
    assert names(kernel) == {"x", "n"}


def test_names_of_the_user_are_left_alone(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]")
    kernel.step("more", "y = 1")
    kernel.damage("scratch = x\nz = 3")
    mine = kernel.namespace["scratch"]
    kernel.restore("load")
    assert names(kernel) == {"x", "scratch", "z"}
    assert kernel.namespace["scratch"] is mine


def test_a_name_that_the_user_has_taken_over_is_not_removed(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]")
    kernel.step("more", "y = 1")
    kernel.damage("y = 'mine now'")
    kernel.restore("load")
    assert kernel.value("y") == "mine now"


def test_what_nobody_changed_is_kept_as_the_very_object(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]\ny = [2]")
    x, y = kernel.namespace["x"], kernel.namespace["y"]
    kernel.damage("y.append(3)")
    plan = kernel.plan("load")
    assert (plan.kept, plan.changed) == (("x",), ("y",))
    kernel.restore("load")
    assert kernel.namespace["x"] is x
    assert kernel.namespace["y"] is not y
    assert kernel.value("y") == [2]


def test_an_older_checkpoint_of_a_step_stays_restorable(kernel: Kernel) -> None:
    first = kernel.step("load", "x = 1")
    kernel.step("clean", "y = x + 1")
    kernel.step("load", "x = 10")
    second = kernel.step("clean", "y = x + 1")
    archive = Archive(kernel.store.history, "traps", kernel.store.root)
    older = read_checkpoint_of_row(archive, first)
    assert older.artifacts.keys() == {"x"}
    assert older.held["x"].artifact.summary.text == "1"
    newer = read_checkpoint_of_row(archive, second)
    assert {name: one.artifact.summary.text for name, one in newer.held.items()} == {"x": "10", "y": "11"}


def test_an_older_checkpoint_has_the_code_of_its_time(kernel: Kernel) -> None:
    kernel.cell("def f(): return 'old'")
    old = kernel.step("load", "x = f()")
    kernel.cells[0] = "def f(): return 'new'"
    kernel.step("load", "x = f()")
    archive = Archive(kernel.store.history, "traps", kernel.store.root)
    assert [d.source for d in read_checkpoint_of_row(archive, old).prelude.definitions] == ["def f(): return 'old'"]


def test_a_step_that_ran_later_than_the_one_below_it_is_not_part_of_its_checkpoint(kernel: Kernel) -> None:
    kernel.cells += ["%%step above\na = 1", "%%step below\nb = 2"]
    kernel.step("below", "b = 2")
    kernel.step("above", "a = 1")
    assert kernel.checkpoint("below").artifacts.keys() == {"b"}


def test_a_task_of_a_foreach_sees_its_own_item_only(place: Place) -> None:
    checkpoint = read(place, FOREACH, "fit[2]")
    assert {name: one.artifact.summary.text for name, one in checkpoint.held.items()} == {
        "grid": "4 items: [1, 2, 3, 4]",
        "cfg": "3",
        "score": "9",
    }
    assert {one.address for one in checkpoint.held.values()} == {"1/grid", "1/fit[2]"}


def test_names_of_single_items_are_not_visible_after_the_join(place: Place) -> None:
    checkpoint = read(place, FOREACH, "best")
    assert sorted(checkpoint.held) == ["best", "count", "grid", "scores"]


LOOP = Shape("loop", """
%%step begin
n = 0
other = "x"
---
%%step grow --while again
n = n + 1
again = n < 3
if n == 1:
    first = "only once"
""", {})  # fmt: skip


def test_a_turn_of_a_loop_sees_what_the_turns_before_it_bound(place: Place) -> None:
    at_second = read(place, LOOP, "grow@1")
    assert {name: one.artifact.summary.text for name, one in at_second.held.items()} == {
        "n": "2",
        "other": "'x'",
        "again": "True",
        "first": "'only once'",
    }
    assert read(place, LOOP, "grow", run=False).held["n"].artifact.summary.text == "3"


def read(place: Place, shape: Shape, address: str, run: bool = True) -> Checkpoint:
    ran = place.run(shape, reuse=not run)
    archive = Archive(ran.store.history, shape.name, ran.store.root)
    return read_checkpoint(archive, read_address(address))


# parts of a checkpoint


def test_single_names_come_back_alone(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]\ny = [2]")
    kernel.damage("x = y = None")
    kernel.restore("load", "y")
    assert kernel.value("(x, y)") == (None, [2])


def test_a_value_of_a_checkpoint_stands_beside_the_one_of_today(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]")
    kernel.damage("x.append(2)")
    kernel.restore("load", "x", as_name="old_x")
    assert kernel.value("(x, old_x)") == ([1, 2], [1])


def test_an_old_instance_beside_those_of_today_does_not_touch_the_class_of_today(kernel: Kernel) -> None:
    kernel.cell("class P:\n    def m(self): return 'old'")
    kernel.step("load", "p = P()")
    kernel.cells[0] = "class P:\n    def m(self): return 'new'"
    kernel.damage(kernel.cells[0] + "\np = P()")
    today = kernel.namespace["P"]
    kernel.restore("load", "p", as_name="old_p")
    assert kernel.value("(p.m(), old_p.m(), isinstance(p, P), isinstance(old_p, P))") == ("new", "old", True, False)
    assert kernel.namespace["P"] is today


# code


def test_none_in_the_place_of_a_function_is_no_newer_version_of_it(kernel: Kernel) -> None:
    kernel.cell("def fix(x): return 'fixed'\nclass Film: pass")
    kernel.step("load", "x = 1")
    kernel.cells.append("fix = Film = None")
    kernel.damage("fix = Film = None")
    kernel.ledger.define([one for one in kernel.graph().prelude.definitions if one.kind == "constant"])
    undo = kernel.restore("load")
    assert kernel.value("(fix(0), Film.__name__)") == ("fixed", "Film")
    assert undo.notes == ()
    kernel.undo()
    assert kernel.value("(fix, Film)") == (None, None)


def test_a_helper_edited_since_that_the_checkpoint_does_not_need_stays_edited(kernel: Kernel) -> None:
    kernel.cell("def fix(x): return 'broken'")
    kernel.step("load", "x = 1")
    kernel.step("use", "y = fix(x)")
    kernel.cells[0] = "def fix(x): return 'fixed'"
    kernel.cells.insert(0, "")
    kernel.damage(kernel.cells[1])
    definitions = [one for one in kernel.graph().prelude.definitions if one.names == {"fix"}]
    kernel.ledger.define(definitions)
    plan = kernel.plan("load")
    assert plan.prelude.edited == ("fix",)
    undo = kernel.restore("load")
    assert kernel.value("fix(0)") == "fixed"
    assert undo.notes == ("kept, because you have defined it again since: fix",)
    kernel.restore("use")
    assert kernel.value("fix(0)") == "broken"


def test_a_fresh_kernel_can_use_the_functions_that_no_step_needed(kernel: Kernel) -> None:
    kernel.cell("import math")
    kernel.cell("LIMIT = 3\ndef area(r): return round(math.pi * r * r, LIMIT)")
    kernel.step("load", "x = 1")
    fresh = kernel.restarted()
    fresh.restore("load")
    assert fresh.value("area(x)") == 3.142
    fresh.close()


def test_an_import_that_is_gone_and_not_needed_is_told_and_no_more(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "extra_module.py").write_text("value = 1")
    sys.path.insert(0, str(tmp_path))
    kernel.cell("import extra_module")
    kernel.step("load", "x = 1")
    sys.path.remove(str(tmp_path))
    del sys.modules["extra_module"]
    fresh = kernel.restarted()
    undo = fresh.restore("load")
    assert fresh.value("x") == 1
    assert undo.notes == ("not defined: extra_module (ModuleNotFoundError: No module named 'extra_module')",)
    fresh.close()


def test_an_import_that_is_gone_and_needed_fails_the_restore_and_says_what_is_missing(
    kernel: Kernel, tmp_path: Path
) -> None:
    (tmp_path / "needed_module.py").write_text("value = 1")
    sys.path.insert(0, str(tmp_path))
    kernel.cell("import needed_module")
    kernel.step("load", "x = needed_module.value")
    sys.path.remove(str(tmp_path))
    del sys.modules["needed_module"]
    fresh = kernel.restarted()
    before = dict(fresh.namespace)
    with pytest.raises(PreludeFailed, match=r"needed_module \(traps.ipynb · cell 1\)"):
        fresh.restore("load")
    assert fresh.namespace == before
    fresh.close()


# undo


def test_undo_goes_back_through_several_restores_to_the_very_objects(kernel: Kernel) -> None:
    kernel.step("one", "x = [1]")
    kernel.step("two", "x = x + [2]\ny = 0")
    kernel.damage("x.append(9); gen = (i for i in range(3)); z = 1")
    before = dict(kernel.namespace)
    kernel.restore("one")
    between = dict(kernel.namespace)
    kernel.restore("two")
    kernel.undo()
    assert_same_objects(kernel, between)
    kernel.undo()
    assert_same_objects(kernel, before)
    with pytest.raises(NothingToUndo, match="this session has no restore left"):
        kernel.undo()


def test_undo_gives_ownership_back_too(kernel: Kernel) -> None:
    kernel.step("one", "x = [1]")
    kernel.step("two", "y = 0")
    kernel.restore("one")
    kernel.undo()
    assert kernel.plan("one").removed == ("y",)
    assert kernel.plan("two").kept == ("x", "y")


def test_undo_puts_the_random_state_back(kernel: Kernel) -> None:
    kernel.cell("import random")
    kernel.step("one", "random.seed(1)\nx = 1")
    kernel.damage("random.seed(5)")
    kernel.restore("one")
    kernel.undo()
    after = kernel.value("random.random()")
    kernel.damage("random.seed(5)")
    assert kernel.value("random.random()") == after


def assert_same_objects(kernel: Kernel, before: dict[str, object]) -> None:
    assert kernel.namespace.keys() == before.keys()
    assert all(kernel.namespace[name] is value for name, value in before.items())


# memory


def test_what_the_user_deletes_is_not_kept_alive(kernel: Kernel) -> None:
    kernel.cell("class Big: pass")
    kernel.step("one", "x = Big()")
    kernel.damage("del x")
    gc.collect()
    assert not [one for one in gc.get_objects() if type(one).__name__ == "Big"]


def test_large_arrays_come_back_as_private_maps(kernel: Kernel) -> None:
    kernel.cell("import numpy as np")
    kernel.step("one", "x = np.arange(1_000_000)")
    kernel.damage("x[0] = 7")
    kernel.restore("one")
    assert kernel.value("int(x[0])") == 0
    kernel.damage("x[0] = 5")
    kernel.restore("one")
    assert kernel.value("int(x[0])") == 0
    assert np.array_equal(kernel.namespace["x"], np.arange(1_000_000))


def test_a_mapped_array_survives_gc_of_its_blob(kernel: Kernel) -> None:
    kernel.cell("import numpy as np")
    kernel.step("one", "x = np.arange(1_000_000)")
    kernel.restore("one")
    for blob in list(kernel.store.blobs):
        kernel.store.blobs.delete(blob)
    assert kernel.value("int(x.sum())") == 499999500000


# by hand


def test_a_checkpoint_by_hand_holds_what_steps_and_cells_bound(kernel: Kernel) -> None:
    kernel.step("one", "x = [1]")
    kernel.damage("mine = {'x': x}\n_hidden = 2\nIn = ['x']\nOut = {}\n_i1 = 'x'\n_ = 5")
    saved = kernel.save("lunch")
    assert {one.name for one in saved.artifacts} == {"x", "mine", "_hidden"}
    kernel.damage("x.append(2); del _hidden; mine = None; later = 1")
    kernel.restore("lunch")
    assert kernel.value("(x, mine['x'] is x, _hidden, later)") == ([1], True, 2, 1)
    fresh = kernel.restarted()
    fresh.restore("lunch")
    assert fresh.value("(x, mine['x'] is x, _hidden)") == ([1], True, 2)
    fresh.close()


def test_names_of_the_user_that_came_back_by_hand_are_still_the_users(kernel: Kernel) -> None:
    kernel.step("one", "x = [1]")
    kernel.step("two", "y = [2]")
    kernel.damage("mine = 5")
    kernel.save("lunch")
    fresh = kernel.restarted()
    fresh.restore("lunch")
    fresh.restore("one")
    assert names(fresh) == {"x", "mine"}
    fresh.close()


def test_a_class_saved_by_hand_that_nobody_changed_is_the_same_for_steps_after_the_restore(kernel: Kernel) -> None:
    kernel.cell("class P: pass")
    kernel.step("one", "p = P()")
    kernel.save("lunch")
    kernel.damage("p = None")
    kernel.restore("lunch")
    kernel.step("two", "q = P()")
    assert kernel.value("type(p) is type(q) is P")


def test_a_checkpoint_by_hand_may_not_have_the_name_of_a_step(kernel: Kernel) -> None:
    from nbflow.checkpoints.save import save_checkpoint  # noqa: PLC0415 - only here without the session's facts

    with pytest.raises(CheckpointNameTaken, match="'load' is a step"):
        save_checkpoint("load", kernel.ledger, kernel.store, "traps", steps=["load"])


def test_what_could_not_be_saved_by_hand_is_listed(kernel: Kernel) -> None:
    kernel.damage("import threading\ncfg = {'lock': threading.Lock()}\ncfg['lock'].acquire()")
    assert [(one.path, one.was) for one in kernel.save("mark").lost] == [("cfg['lock']", "_thread.lock")]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
