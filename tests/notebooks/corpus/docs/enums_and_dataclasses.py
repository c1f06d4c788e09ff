# %% [markdown]
# # Enum HOWTO, dataclasses, named tuples

# %%
from __future__ import annotations
from enum import Enum, auto, IntFlag, unique
from dataclasses import dataclass, field, asdict, replace, astuple
from typing import NamedTuple, Optional, ClassVar, Protocol
from collections import namedtuple

# %%
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3

# %%
Color(3), Color.RED.name, Color["GREEN"]

# %%
isinstance(Color.GREEN, Color), list(Color)

# %%
@unique
class Weekday(Enum):
    MONDAY = 1
    SUNDAY = 7

    @classmethod
    def from_iso(cls, n):
        return cls(n)

Weekday.from_iso(7)

# %%
class Perm(IntFlag):
    R = 4
    W = 2
    X = 1

rwx = Perm.R | Perm.W | Perm.X
print(rwx, Perm.R in rwx, int(rwx))

# %% [markdown]
# ## Data classes

# %%
@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    tags: list[str] = field(default_factory=list, compare=False)
    made: ClassVar[int] = 0

    def __post_init__(self):
        Item.made += 1

# %%
apple = Item(1.2, "apple")
pear = Item(0.9, "pear", ["green"])
sorted([apple, pear])[0].name

# %%
cheap = replace(apple, price=0.1)
asdict(cheap), Item.made

# %%
cheap.tags.append("sale")
print(apple.tags, cheap.tags is apple.tags)

# %%
Point = namedtuple("Point", "x y")
class Segment(NamedTuple):
    a: Point
    b: Point

    def length(self) -> float:
        return ((self.a.x - self.b.x) ** 2 + (self.a.y - self.b.y) ** 2) ** 0.5

seg = Segment(Point(0, 0), Point(3, 4))
seg.length()

# %%
x, y = seg.b
print(seg.b._replace(x=x + 1), y)

# %%
class Named(Protocol):
    name: str

def label(thing: Named, color: Optional[Color] = None) -> str:
    match color:
        case Color.RED:
            return thing.name.upper()
        case None:
            return thing.name
        case _:
            return f"{thing.name}/{color.name.lower()}"

print(label(apple), label(pear, Color.RED), label(cheap, Color.BLUE))
