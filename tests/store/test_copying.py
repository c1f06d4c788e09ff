"""Runs are copied between stores whole, and once: from files to a bucket and back."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nbflow.errors import BlobCorrupt
from nbflow.store.blobs.chunks import CHUNKED
from nbflow.store.catalog.rows import RunStatus
from nbflow.store.homes import copy_of, store_at
from nbflow.store.pickling.home import PlainHome
from nbflow.store.run_copies import Copied, copy_runs
from nbflow.store.store import Store
from tests.buckets import new_machine

from .cataloging import news, run_once

pytest.importorskip("obstore", reason="obstore is missing: pip install 'jupyter-nbflow[s3]'")

CELLS = ("import numpy as np", "%%step a\nx = np.arange(3_000_000)", "%%step b\ny = int(x.sum())\nprint(y)")


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Store.open(copy_of((tmp_path / "far").as_uri()))


@pytest.fixture
def other(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "other" / ".nbflow")


def copy_all(source: Store, target: Store) -> Copied:
    return copy_runs(source, target, source.history.runs())


def loaded(store: Store, number: int) -> dict[str, object]:
    row = store.history.run("demo", number)
    assert row is not None
    [task] = store.history.tasks(row.id)
    return store.load({one.name: one for one in store.history.artifacts(task.id)}, PlainHome())


def test_values_arrive_by_way_of_a_bucket(store: Store, bucket: Store, other: Store) -> None:
    value = os.urandom(CHUNKED + 1000)
    run_once(store, value=value, short="text")
    assert copy_all(store, bucket) == Copied(new=(1,))
    assert copy_all(bucket, other) == Copied(new=(1,))
    with closing(sqlite3.connect(other.catalog)) as db:
        assert db.execute("SELECT uid FROM runs").fetchall() == [(store.history.runs()[0].uid,)]
    assert loaded(other, 1) == {"value": value, "short": "text"}
    assert other.verify() == []


def test_to_copy_a_run_again_changes_nothing(store: Store, other: Store) -> None:
    run_once(store, x=1)
    copy_all(store, other)
    with closing(sqlite3.connect(other.catalog)) as db:
        before = list(db.iterdump())
    assert copy_all(store, other) == Copied(known=(1,))
    with closing(sqlite3.connect(other.catalog)) as db:
        assert list(db.iterdump()) == before


def test_a_run_whose_number_is_taken_gets_another(store: Store, bucket: Store) -> None:
    run_once(bucket, x="theirs")
    run_once(store, x="ours")
    copy_all(store, bucket)
    assert [loaded(bucket, number) for number in (1, 2)] == [{"x": "theirs"}, {"x": "ours"}]
    assert run_once(bucket, x="next") == 3


def test_a_run_that_goes_on_is_left_out_and_one_that_crashed_stays_so(store: Store, other: Store) -> None:
    with store.writer() as writer:
        crashed, going = writer.begin_run("demo"), writer.begin_run("demo")
    with closing(sqlite3.connect(store.catalog)) as db, db:
        db.execute("UPDATE runs SET pid = 1, pid_start = 1 WHERE id = ?", (crashed.id,))
    assert copy_all(store, other) == Copied(new=(crashed.number,), going_on=(going.number,))
    with closing(sqlite3.connect(other.catalog)) as db, db:
        db.execute("UPDATE runs SET host = 'far-away'")
    assert [row.status for row in other.history.runs()] == [RunStatus.CRASHED]


def test_a_damaged_value_is_not_copied_and_neither_is_its_run(store: Store, bucket: Store) -> None:
    run_once(store, value=os.urandom(500_000))
    [digest] = store.blobs
    file = store.blobs.whole.path(digest)
    file.chmod(0o600)
    file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(BlobCorrupt, match=digest):
        copy_all(store, bucket)
    assert bucket.history.runs() == ()


def test_a_run_that_was_deleted_in_the_bucket_does_not_come_back(
    store: Store, bucket: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_once(store, x=1)
    copy_all(store, bucket)
    bucket.delete_runs(bucket.history.runs())
    assert copy_all(store, bucket) == Copied(deleted=(1,))
    news(bucket, monkeypatch)
    assert bucket.history.runs() == ()


def test_the_place_of_a_store_may_be_its_folder_or_the_one_above(store: Store, tmp_path: Path) -> None:
    assert store_at(str(store.root), tmp_path) == store_at(str(store.root.parent), tmp_path) == store.root


def test_push_and_pull_carry_runs_to_an_empty_disk(tmp_path: Path) -> None:
    url = (tmp_path / "far").as_uri()
    one = new_machine(tmp_path / "one", "", "", CELLS)
    two = new_machine(tmp_path / "two", "", "", CELLS)
    one.nbflow("run", "flow.ipynb", "--tag", "good")
    assert one.nbflow("push", "flow.ipynb", "--to", url) == f"copied 1 run to {url}: 1\n"
    assert two.nbflow("pull", "flow.ipynb", "good", "--from", url) == f"copied 1 run from {url}: 1\n"
    assert two.nbflow("pull", "flow.ipynb", "--from", url) == f"copied 0 runs from {url}\n1 run there already: 1\n"
    assert "0 ran · 2 reused" in two.nbflow("run", "--reuse", "flow.ipynb")
    assert "4499998500000" in two.nbflow("logs", "flow.ipynb", "1/b")
