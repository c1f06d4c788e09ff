# %% [markdown]
# # Annotations that nobody evaluates, until somebody does

# %%
# %%step models
from __future__ import annotations
from dataclasses import dataclass, field, fields
from typing import ClassVar


@dataclass
class Item:
    price: float
    tags: list[Tag] = field(default_factory=list)
    made: ClassVar[int] = 0


@dataclass
class Tag:
    text: "str"
    count: ClassVar[int] = 3


items = [Item(1.5, [Tag("new")]), Item(2.5)]
print(items)
# prints: [Item(price=1.5, tags=[Tag(text='new')]), Item(price=2.5, tags=[])]

# %%
# %%step total
def total(items: list[Item], tag: Tag | None = None) -> float:
    return sum(item.price for item in items)


print(total(items), [one.name for one in fields(Item)], Item(9), isinstance(items[0], Item))
# prints: 4.0 ['price', 'tags'] Item(price=9, tags=[]) True

# %%
# %%step again
print(total(items[1:]), total.__annotations__["items"])
# prints: 2.5 list[Item]
