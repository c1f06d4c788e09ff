"""Sharing costs nothing where nobody changes what is shared. Counted in bytes, not in seconds."""

from __future__ import annotations

from pathlib import Path

from tests.flows import Shape
from tests.run.running import Place

ROWS = 2_000_000

ALIASED = Shape("aliased", f"""
import numpy as np
import pandas as pd
---
%%step load
df = pd.DataFrame({{"a": np.arange({ROWS}), "b": np.linspace(0, 1, {ROWS}), "c": np.arange({ROWS}) % 7}})
---
%%step alias
same = df
tables = {{"all": df, "name": "customers"}}
---
%%step read
total = int(same["a"].sum()) + len(tables["all"])
---
%%step end
shape = df.shape
is_same = same is df
""", {"end.shape": (ROWS, 3), "end.is_same": True, "read.total": ROWS * (ROWS - 1) // 2 + ROWS})  # fmt: skip


def test_a_frame_that_is_aliased_and_not_changed_is_stored_once(tmp_path: Path) -> None:
    place = Place(tmp_path)
    ran = place.run(ALIASED)
    assert {address: ran.value(address) for address in ALIASED.values} == ALIASED.values
    frame = ROWS * 3 * 8
    assert frame <= stored(ran.store.root) < 1.01 * frame


def test_views_of_an_array_are_stored_with_its_bytes_and_not_beside_them(tmp_path: Path) -> None:
    shape = Shape("views", f"""
import numpy as np
---
%%step make
x = np.arange({ROWS})
---
%%step look
head, rows = x[:1_000_000], x.reshape(2, -1)
---
%%step read
total = int(head.sum() + rows.sum())
""", {})  # fmt: skip
    ran = Place(tmp_path).run(shape)
    assert ran.value("read.total") == ROWS * (ROWS - 1) // 2 + 1_000_000 * 999_999 // 2
    assert stored(ran.store.root) < 1.01 * ROWS * 8


def stored(root: Path) -> int:
    """How many bytes the store takes for values."""
    return sum(path.stat().st_size for path in (root / "blobs").rglob("*") if path.is_file())
