# %% [markdown]
# # Cells that check and declare

# %%
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
Row = dict[str, int]
SIZES: list[int] = [1, 2, 3]
NAMES: dict[str, str]

# %%
assert sum(SIZES) == 6, "sizes are wrong"
assert SIZES


@dataclass(order=True)
class Item:
    size: int
    name: str = "?"


# %%
SIZES[:] = [s * 2 for s in SIZES]
SIZES.sort(reverse=True)

# %%
# %%step items
items = [Item(s) for s in SIZES]
print(max(items))

# %%
# %%step rows
row: Row = {i.name: i.size for i in items}
print(row, SIZES)
