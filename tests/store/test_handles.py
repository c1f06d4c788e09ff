"""Files that are read, archives and databases are opened again where they were left."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest

import nbflow
from nbflow.errors import LoadFailed, LostValue
from nbflow.store.pickling.reduce import registry

from .conftest import RoundTrip


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "lines.txt"
    path.write_text("one\ntwo\nthrée\n", encoding="utf-8")
    return path


def test_a_file_goes_on_where_its_reader_stood(text: Path, round_trip: RoundTrip) -> None:
    with open(text, encoding="utf-8") as file, open(text, "rb") as raw:
        file.readline()
        raw.read(4)
        found = round_trip(file=file, raw=raw, both=[file])
    with found["file"] as again, found["raw"] as binary:
        assert found["both"][0] is again
        assert (again.read(), again.name, again.mode) == ("two\nthrée\n", str(text), "r")
        assert binary.read() == "two\nthrée\n".encode()


@pytest.mark.parametrize(
    ("mode", "content", "reason"),
    [
        ("w", "", "open for writing"),
        ("r+", "", "open for writing"),
        ("r", "a\r\nb", "it has line ends"),
    ],
)
def test_a_file_that_cannot_be_opened_again_as_it_is_is_lost(
    tmp_path: Path, round_trip: RoundTrip, mode: str, content: str, reason: str
) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(content.encode())
    with open(path, mode) as file:
        found = round_trip(file=file)
    with pytest.raises(LostValue, match=reason):
        found["file"].read()


def test_a_file_in_the_midst_of_a_loop_is_lost(text: Path, round_trip: RoundTrip) -> None:
    with open(text) as file:
        next(file)
        found = round_trip(file=file)
    with pytest.raises(LostValue, match="it is a file that is being read"):
        found["file"].read()


def test_a_file_that_has_changed_since_is_not_read(text: Path, round_trip: RoundTrip) -> None:
    with open(text) as file:

        class Late:
            def __reduce__(self) -> Any:
                return text.write_text, ("changed",)

        with pytest.raises(LoadFailed, match="has changed since a step opened it"):
            round_trip(both=[Late(), file])


def test_a_copy_of_a_temporary_file_deletes_nothing(round_trip: RoundTrip) -> None:
    with tempfile.NamedTemporaryFile() as file:
        found = round_trip(file=file)
        found["file"].close()
        found.clear()
        assert os.path.exists(file.name)


def test_an_archive_of_arrays_is_one_again(tmp_path: Path, round_trip: RoundTrip) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(3), y=np.ones((2, 2)))
    with np.load(tmp_path / "a.npz") as archive:
        found = round_trip(archive=archive)["archive"]
    assert (type(found), found.files) == (type(archive), ["x", "y"])
    assert found["x"].tolist() == [0, 1, 2]
    assert repr(found) == repr(np.load(tmp_path / "a.npz"))


def test_a_reader_of_chunks_is_lost_before_it_fails(text: Path, round_trip: RoundTrip) -> None:
    with pandas.read_csv(text, chunksize=1) as chunks:
        found = round_trip(chunks=chunks)
    with pytest.raises(LostValue, match="read its chunks in one step"):
        next(found["chunks"])


# databases


def database(path: str = ":memory:") -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute('CREATE TABLE IF NOT EXISTS "odd ""name" (k INTEGER, v TEXT)')
    connection.execute('INSERT INTO "odd ""name" VALUES (1, \'a\')')
    connection.commit()
    return connection


def test_a_database_in_memory_keeps_its_content_and_its_cursors(round_trip: RoundTrip) -> None:
    connection = database()
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    found = round_trip(connection=connection, cursor=connection.cursor())
    again, cursor = found["connection"], found["cursor"]
    assert cursor.connection is again
    assert again.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    cursor.execute('INSERT INTO "odd ""name" VALUES (2, \'b\')')
    again.commit()
    assert [tuple(row) for row in again.execute('SELECT * FROM "odd ""name"')] == [(1, "a"), (2, "b")]
    assert again.execute('SELECT v FROM "odd ""name"').fetchone()["v"] == "a"
    assert len(round_trip(again=again)["again"].execute('SELECT * FROM "odd ""name"').fetchall()) == 2
    assert connection.execute('SELECT COUNT(*) FROM "odd ""name"').fetchone()[0] == 1


def as_dict(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> dict[str, Any]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def test_a_database_whose_rows_are_something_else_is_asked_for_plain_ones(round_trip: RoundTrip) -> None:
    connection = database()
    connection.row_factory = as_dict
    again = round_trip(connection=connection)["connection"]
    assert again.execute('SELECT * FROM "odd ""name"').fetchall() == [{"k": 1, "v": "a"}]


def test_an_empty_database_is_opened_again(round_trip: RoundTrip) -> None:
    again = round_trip(empty=sqlite3.connect(":memory:", isolation_level=None))["empty"]
    again.execute("CREATE TABLE t (x)")
    assert again.isolation_level is None


def test_a_row_is_a_row_again(round_trip: RoundTrip) -> None:
    connection = database()
    connection.row_factory = sqlite3.Row
    row = connection.execute('SELECT k AS "the ""k", v FROM "odd ""name"').fetchone()
    found = round_trip(row=row)["row"]
    assert (found == row, found.keys(), found["V"]) == (True, ['the "k', "v"], "a")


def uncommitted() -> sqlite3.Connection:
    connection = database()
    connection.execute('DELETE FROM "odd ""name"')
    return connection


def with_dates() -> sqlite3.Connection:
    connection = database()
    connection.execute("CREATE TABLE dates (day DATE)")
    return connection


def of_bytes() -> sqlite3.Connection:
    connection = database()
    connection.text_factory = bytes
    return connection


def in_a_file() -> sqlite3.Connection:
    return database(os.path.join(tempfile.mkdtemp(), "d.sqlite"))


def temporary() -> sqlite3.Connection:
    connection = database()
    connection.execute("CREATE TEMP TABLE t (x)")
    return connection


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (uncommitted, r"call commit\(\)"),
        (with_dates, "may parse dates"),
        (of_bytes, "its text_factory"),
        (in_a_file, "connected to a file"),
        (temporary, "temporary tables"),
        (lambda: database().execute("SELECT 1"), "rows left to fetch"),
    ],
)
def test_what_of_a_database_belongs_to_this_process_is_lost(make: Any, reason: str, round_trip: RoundTrip) -> None:
    with pytest.raises(LostValue, match=reason):
        round_trip(value=make())["value"].close()


# design matrices


def test_a_design_matrix_keeps_what_describes_it(round_trip: RoundTrip) -> None:
    patsy = pytest.importorskip("patsy")
    matrix = patsy.dmatrix("x + np.log(y)", {"x": [1.0, 2.0], "y": [3.0, 4.0]})
    found = round_trip(matrix=matrix)["matrix"]
    assert type(found) is type(matrix)
    assert found.design_info.column_names == matrix.design_info.column_names
    assert found.tolist() == matrix.tolist()
    new = {"x": [5.0], "y": [6.0]}
    assert patsy.dmatrix(found.design_info, new).tolist() == patsy.dmatrix(matrix.design_info, new).tolist()


# reducers of others


class Handle:
    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> Any:
        raise TypeError("it belongs to this process")


class Derived(Handle):
    pass


def test_a_registered_reducer_stores_a_type_and_those_derived_from_it(
    round_trip: RoundTrip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_registered", {})
    nbflow.register_reducer(Handle, lambda handle: (type(handle), (handle.number,)))
    found = round_trip(one=[Handle(7)], other=Derived(8))
    assert (found["one"][0].number, type(found["other"]), found["other"].number) == (7, Derived, 8)


def test_a_reducer_is_for_a_type() -> None:
    with pytest.raises(TypeError, match="takes a type first, not 5"):
        nbflow.register_reducer(5, tuple)  # type: ignore[arg-type]
