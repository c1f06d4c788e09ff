"""Measures how long 2,000,000 mixed rows take to R and back: `python tests/benchmarks/r_frames.py [ROWS]`."""

from __future__ import annotations

import sys
from time import perf_counter

import numpy as np
import pandas as pd

from nbflow.languages.r.run_r import run_r


def main(rows: int) -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "gross": random.random(rows),
            "genre": pd.Categorical.from_codes(random.integers(0, 5, rows), pd.Index(list("abcde"))),
            "title": random.integers(0, rows, rows).astype(str),
            "seen": random.random(rows) > 0.5,
            "at": pd.Timestamp(2024, 1, 1) + pd.to_timedelta(random.integers(0, 10**7, rows), unit="s"),
        }
    )
    for name, values in (("2,000 rows", frame[:2000]), (f"{rows:,} rows", frame)):
        start = perf_counter()
        (back,) = run_r("back <- frame", {"frame": values}, ["back"])
        print(f"{name} of 6 columns to R and back: {perf_counter() - start:.2f} s")
        pd.testing.assert_frame_equal(back, values, check_dtype=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
