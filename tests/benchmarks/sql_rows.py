"""Compares SQL over 2,000,000 rows with DuckDB alone: `python tests/benchmarks/sql_rows.py [ROWS]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter, process_time

import duckdb
import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from nbflow.languages import run_sql

QUERIES = {
    "groups": "SELECT genre, sum(gross) AS total, count(*) AS n FROM movies GROUP BY genre ORDER BY genre",
    "joins": "SELECT m.id, m.gross, k.kind FROM movies m JOIN kinds k USING (genre) WHERE m.gross > 0.9 ORDER BY m.id",
    "returns every row": "SELECT * FROM movies",
}


def main(rows: int) -> None:
    random = np.random.default_rng(0)
    movies = pd.DataFrame(
        {"id": np.arange(rows), "gross": random.random(rows), "genre": random.choice(list("abcde"), rows)}
    )
    tables = {"movies": movies, "kinds": pd.DataFrame({"genre": list("abcde"), "kind": [1, 2, 3, 4, 5]})}
    for name, query in QUERIES.items():
        assert_frame_equal(run_sql(query, tables), _alone(query, tables))
        ours, theirs = [], []
        for _ in range(15):
            ours.append(_seconds(run_sql, query, tables))
            theirs.append(_seconds(_alone, query, tables))
        (seconds, processor), (alone, processor_alone) = _least(ours), _least(theirs)
        print(f"{name}: {seconds:.3f} s, DuckDB alone {alone:.3f} s, {seconds / alone:.2f} x", end="; ")
        print(f"processor {processor / processor_alone:.2f} x")


def _alone(query: str, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    with duckdb.connect() as database:
        for name, table in tables.items():
            database.register(name, table)
        return database.execute(query).df()


def _seconds(work: Callable[..., object], *given: object) -> tuple[float, float]:
    """Return the seconds that a call takes, and those of the processor, which other programs disturb less."""
    start, processor = perf_counter(), process_time()
    work(*given)
    return perf_counter() - start, process_time() - processor


def _least(measured: list[tuple[float, float]]) -> tuple[float, float]:
    return min(one for one, _ in measured), min(one for _, one in measured)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
