"""A disk that is full: one clear error, and a store that still works."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.errors import StoreFull
from nbflow.run.events.events import FailureKind, Outcome, TaskFailed
from nbflow.store.catalog.keeping_rules import kept_by_options
from nbflow.store.store import Store
from tests.flows import Shape
from tests.run.running import Place

LIMITED = """%%step large
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))  # the soft limit alone is raised again afterwards
big = bytes({size})"""


def shape(*cells: str) -> Shape:
    return Shape("full", "\n---\n".join(cells), {})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk takes rights that this user does not have")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_an_object_that_finds_no_room_fails_its_task_and_the_others_go_on(tmp_path: Path) -> None:
    place = Place(tmp_path)
    ran = place.run(shape("%%step small\nx = 1", LIMITED.format(size=5_000_000), "%%step other\ny = x + 1"))
    failed = [event for event in ran.events if isinstance(event, TaskFailed)]
    assert [(str(one.task), one.failure.kind, one.failure.type) for one in failed] == [
        ("large", FailureKind.STORE, "StoreFull")
    ]
    assert "nbflow gc" in failed[0].failure.message
    assert ran.value("other.y") == 2
    assert ran.store.verify() == []
    again = place.run(shape("%%step small\nx = 1", LIMITED.format(size=5), "%%step other\ny = x + 1"), reuse=True)
    assert (again.finished.outcome, again.executed) == (Outcome.SUCCEEDED, ["large"])


def test_a_catalog_that_finds_no_room_ends_the_run_and_can_be_used_again(small_disk: Path) -> None:
    place = Place(small_disk)
    place.run(shape("%%step small\nx = 1"))
    filler = small_disk / "filler"
    fill(filler)
    with pytest.raises(StoreFull):
        place.run(shape("%%step small\nx = 1", "%%step many --foreach i in range(50)\ny = [i] * 1000"))
    filler.unlink()
    again = place.run(shape("%%step small\nx = 1", "%%step many --foreach i in range(3)\ny = i"), reuse=True)
    assert again.finished.outcome is Outcome.SUCCEEDED
    assert "small" not in again.executed
    assert again.store.verify() == []


@pytest.mark.parametrize("somebody_reads", [True, False])
def test_gc_makes_room_on_a_disk_without_any(small_disk: Path, somebody_reads: bool) -> None:
    place, flow = Place(small_disk), shape("%%step large\nimport os\nx = os.urandom(300_000)")
    place.run(flow).store.close()
    store = place.run(flow).store
    if not somebody_reads:  # then SQLite has no file that it shares with others, and no room for one
        store.close()
    fill(small_disk / "filler")
    with Store.open(store.root, create=False) as full:
        swept = full.gc(kept_by_options(1, None, False))
    assert (len(swept.runs), swept.blobs) == (1, 1)
    store.close()
    with Store.open(store.root, create=False) as swept_store:
        found = swept_store.history.runs(), list(swept_store.blobs), swept_store.verify()
    assert [len(one) for one in found] == [1, 1, 0]


def fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
