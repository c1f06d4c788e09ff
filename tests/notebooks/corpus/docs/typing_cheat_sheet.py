# %% [markdown]
# # Type hints cheat sheet

# %%
from typing import Union, Optional, Any, Callable, Iterator, Generic, TypeVar, Literal, TypedDict, get_type_hints, overload
from collections.abc import Sequence, Mapping
import inspect

# %%
age: int = 1
child: bool
if age < 18:
    child = True
else:
    child = False
child

# %%
a: int  # no value at runtime until assigned
"a" in globals()

# %%
Num = int | float
Pair = tuple[Num, Num]
x: list[int] = [1]
names: dict[str, float] = {"field": 2.0}

def plus(num1: Num, my_float: float = 3.5) -> Num:
    return num1 + my_float

plus(1), plus(1, 2)

# %%
print(get_type_hints(plus))

# %%
T = TypeVar("T")

class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: list[T] = []

    def push(self, item: T) -> "Stack[T]":
        self.items.append(item)
        return self

    def __iter__(self) -> Iterator[T]:
        return reversed(self.items)

stack = Stack[int]().push(1).push(2)
list(stack)

# %%
class Movie(TypedDict, total=False):
    name: str
    year: int

movie: Movie = {"name": "Brine", "year": 1983}
movie["year"] += 1
movie

# %%
Mode = Literal["r", "w"]
def open_helper(file: str, mode: Mode = "r") -> str:
    return f"{file}:{mode}"

sig = inspect.signature(open_helper)
list(sig.parameters), sig.return_annotation

# %%
def apply(f: Callable[[Num], Num], values: Sequence[Num], *args: Any, **kw: Any) -> list[Num]:
    return [f(v) for v in values]

square = lambda v: v * v
print(apply(square, x + [3]), square.__name__)

# %%
Num = complex
def double(v: Num) -> Num:
    return 2 * v

print(double(1j), double.__annotations__, plus.__annotations__["num1"])

# %%
first, *others = Pair.__args__
first == (int | float), movie.get("rating")
