# %% [markdown]
# # Generic classes, and the variables of types by which they are made

# %%
from dataclasses import dataclass
from typing import Generic, NewType, ParamSpec, TypeVar

T = TypeVar("T")
K, V = TypeVar("K", bound=str), TypeVar("V")
P = ParamSpec("P")
Id = NewType("Id", int)


class Stack(Generic[T]):
    def __init__(self):
        self.items: list[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)


@dataclass
class Pair(Generic[K, V]):
    key: K
    value: V


# %%
# %%step make
stack = Stack[int]()
stack.push(Id(3))
pair = Pair[str, int]("a", 1)
variable, kinds = T, {T: "item", Id: "number"}
print(isinstance(stack, Stack), pair == Pair("a", 1))

# %%
# %%step look
stack.push(4)
print(isinstance(stack, Stack), type(pair) is Pair, pair == Pair("a", 1), stack.items)
print(variable is T, kinds[T], kinds[Id], Stack.__parameters__ == (T,), K.__bound__)

# %%
# %%step below
print(isinstance(stack, Stack), stack.items, Stack[int].__origin__ is type(stack))
