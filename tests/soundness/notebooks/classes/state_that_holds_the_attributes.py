# %% [markdown]
# # Objects whose stored state holds their attribute dict, and dicts that are their own attributes

# %%
from typing import Generic, Optional, TypeVar

from pydantic import BaseModel, PrivateAttr, RootModel

T = TypeVar("T")


class Point(BaseModel):
    x: int = 1
    tags: list = []
    boss: Optional["Point"] = None
    _moves: int = PrivateAttr(default=0)

    def move(self):
        self._moves += 1
        return self._moves


class Names(RootModel[list]):
    pass


class Held(BaseModel, Generic[T]):
    value: T


class Packed:
    def __init__(self):
        self.a, self.items = 1, []

    def __getstate__(self):
        return [1, {"all": self.__dict__}]

    def __setstate__(self, state):
        self.__dict__.update(state[1]["all"])


def make_built(attributes):
    made = Built()
    made.__dict__.update(attributes)
    return made


class Built:
    def __reduce__(self):
        return make_built, (self.__dict__,)


class Record(dict):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.__dict__ = self


# %%
# %%step make
boss = Point(x=7)
point, names, held = Point(boss=boss), Names(["a"]), Held[int](value=1)
packed, built, record = Packed(), Built(), Record(x=1)
built.a = 1

# %%
# %%step change
point.x = 5
point.tags.append(2)
point.move()
boss.x = 8
names.root.append("b")
held.value = 2
packed.a = 5
built.a = 5
record.y = 2
record["x"] = 5
record.inner = Record(z=3)

# %%
# %%step alias
same, attributes = point, vars(packed)
listed = [point, record]
print(repr(point), point.boss is boss, names, held, vars(packed), vars(built), record)

# %%
# %%step again
same.x = 9
attributes["z"] = 1
listed[1].inner.z = 4

# %%
# %%step show
print(point.model_dump_json(), point.move(), same is point, listed[0] is point, type(held).__name__)
print(isinstance(held, Held), isinstance(held, Held[int]), type(held) is Held[int], held == Held[int](value=2))
print(packed.z, attributes is vars(packed), record, record.inner["z"], vars(record) is record)
