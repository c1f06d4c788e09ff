"""Restores that cannot be, or only look: the namespace is as it was, and the message says what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbflow.checkpoints.point import Checkpoint, read_checkpoint
from nbflow.checkpoints.restore_plan import describe_plan
from nbflow.errors import (
    BlobCorrupt,
    BlobMissing,
    LoadFailed,
    NoRunYet,
    NotACheckpoint,
    NothingToUndo,
    TaskUnknown,
    UnknownName,
)
from nbflow.history.address import read_address
from nbflow.history.archive import Archive
from nbflow.run.events.events import Failure, FailureKind, TaskFailed, TaskId, TaskStarted
from tests.checkpoints.kernel import Kernel
from tests.flows import FOREACH
from tests.run.running import Place


def test_a_store_without_runs_says_so(kernel: Kernel) -> None:
    with pytest.raises(NoRunYet, match="run it with nbflow run"):
        kernel.restore("load")


def test_an_unknown_run_step_and_item_are_refused_with_what_there_is(kernel: Kernel) -> None:
    kernel.step("load", "x = 1")
    with pytest.raises(UnknownName, match="no run '9'"):
        kernel.restore("9/load")
    with pytest.raises(UnknownName, match="did you mean 'load'"):
        kernel.restore("laod")
    with pytest.raises(TaskUnknown, match=r"run 1 has no task load\[3\]"):
        kernel.restore("load[3]")
    with pytest.raises(UnknownName, match="no artifact 'y'"):
        kernel.restore("load", "y")


def test_all_tasks_of_a_foreach_are_no_checkpoint(place: Place) -> None:
    with pytest.raises(NotACheckpoint, match=r"has several tasks.*Choose a task: fit\[0\], fit\[1\]"):
        describe(place, "fit")


def test_a_task_that_failed_is_no_checkpoint(kernel: Kernel) -> None:
    kernel.step("load", "x = 1")
    journal = kernel._journal()
    journal.record(TaskStarted(TaskId("load")), None)
    journal.record(TaskFailed(TaskId("load"), Failure(FailureKind.ERROR, "ValueError", "no")), None)
    journal.commit()
    with pytest.raises(NotACheckpoint, match=r"1/load is failed.*%flow debug load"):
        kernel.restore("load")


def test_a_damaged_object_leaves_the_namespace_as_it_was(kernel: Kernel) -> None:
    kernel.cell("import numpy as np")
    kernel.step("load", "x = np.arange(1_000_000)\ny = [1]")
    (blob,) = [one for one in kernel.store.blobs if one.endswith("-8000000")]
    path = kernel.store.blobs.whole.path(blob)
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.write(b"damage")
    kernel.damage("x = None; y = None; np = None")
    before = dict(kernel.namespace)
    with pytest.raises(BlobCorrupt, match="of artifact 'x' is damaged"):
        kernel.restore("load")
    assert_same_objects(kernel, before)


def test_a_missing_object_leaves_the_namespace_as_it_was(kernel: Kernel) -> None:
    kernel.cell("import numpy as np")
    kernel.step("load", "x = np.arange(1_000_000)")
    for blob in list(kernel.store.blobs):
        kernel.store.blobs.delete(blob)
    kernel.damage("x = None")
    before = dict(kernel.namespace)
    with pytest.raises(BlobMissing, match="run the step again"):
        kernel.restore("load")
    assert_same_objects(kernel, before)


def test_an_object_that_cannot_be_loaded_leaves_the_namespace_and_the_random_state_as_they_were(kernel: Kernel) -> None:
    kernel.cell("import random\ndef fail(): raise ValueError('not today')\nclass Bad:\n"
                "    def __reduce__(self): return fail, ()")  # fmt: skip
    kernel.step("load", "x = 1\nbad = Bad()")
    kernel.damage("x = bad = None; random.seed(3)")
    before = dict(kernel.namespace)
    with pytest.raises(LoadFailed, match=r"artifact 'bad' cannot be loaded .ValueError: not today"):
        kernel.restore("load")
    assert_same_objects(kernel, before)
    after = kernel.value("random.random()")
    kernel.damage("random.seed(3)")
    assert kernel.value("random.random()") == after
    with pytest.raises(NothingToUndo):
        kernel.undo()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_in_a_folder_that_cannot_be_written_can_be_restored_from(kernel: Kernel) -> None:
    kernel.step("load", "x = [1]")
    kernel.store.root.chmod(0o500)
    try:
        kernel.damage("x = None")
        kernel.restore("load")
        assert kernel.value("x") == [1]
    finally:
        kernel.store.root.chmod(0o700)


def test_two_kernels_on_one_notebook_restore_what_the_other_made(kernel: Kernel) -> None:
    other = kernel.restarted()
    kernel.step("load", "x = 'first'")
    other.cells = list(kernel.cells)
    other.step("load", "x = 'second'")
    kernel.restore("2/load")
    other.restore("1/load")
    assert (kernel.value("x"), other.value("x")) == ("second", "first")
    other.close()


def test_a_dry_run_loads_nothing_and_changes_nothing(kernel: Kernel) -> None:
    kernel.cell("loads = []\ndef note():\n    loads.append(1)\n    return []\nclass Told:\n"
                "    def __reduce__(self): return note, ()")  # fmt: skip
    kernel.step("load", "x = Told()")
    kernel.damage("x = None")
    before = dict(kernel.namespace)
    assert "  changed  x = " in "\n".join(describe_plan(kernel.plan("load")))
    assert kernel.value("loads") == []
    assert_same_objects(kernel, before)


def test_a_dry_run_does_not_even_load_to_compare(kernel: Kernel) -> None:
    kernel.cell("loads = []\ndef note():\n    loads.append(1)\n    return Told()\nclass Told:\n"
                "    x = 1\n    def __reduce__(self): return note, (), self.__dict__ or None")  # fmt: skip
    kernel.step("load", "t = Told()")
    kernel.damage("t.x = 2")
    assert kernel.plan("load").changed == ("t",)
    assert kernel.value("loads") == []


def test_a_name_that_was_prelude_then_and_is_an_artifact_now_is_prelude_again(kernel: Kernel) -> None:
    kernel.cell("limit = 3")
    kernel.step("load", "x = limit")
    kernel.cells[:] = ["", "%%step load\nx = 3"]
    kernel.damage("del limit")
    kernel.step("more", "limit = 5")
    kernel.restore("load")
    assert kernel.value("(limit, x)") == (3, 3)


def test_the_output_history_keeps_its_objects_and_the_restore_says_so(kernel: Kernel) -> None:
    kernel.damage("Out = {1: [1, 2, 3]}\nk = Out[1]")
    kernel.save("mark")
    kernel.damage("k.append(9)")
    undo = kernel.restore("mark")
    assert kernel.value("(k, Out[1] is k)") == ([1, 2, 3], False)
    assert undo.notes == ("Out[1] keeps the present value of 'k': it is not part of the checkpoint",)


def assert_same_objects(kernel: Kernel, before: dict[str, object]) -> None:
    assert kernel.namespace.keys() == before.keys()
    assert all(kernel.namespace[name] is value for name, value in before.items())


def describe(place: Place, address: str) -> Checkpoint:
    ran = place.run(FOREACH)
    return read_checkpoint(Archive(ran.store.history, FOREACH.name, ran.store.root), read_address(address))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
