# %% [markdown]
# # Context managers, decorators, descriptors

# %%
from contextlib import contextmanager, ExitStack, suppress, redirect_stdout
from functools import wraps, cached_property, singledispatch, total_ordering, lru_cache
import io

# %%
@contextmanager
def tag(name):
    print(f"<{name}>")
    yield name
    print(f"</{name}>")

with tag("h1") as t:
    print("foo", t)

# %%
def trace(func):
    trace.calls = getattr(trace, "calls", 0)
    @wraps(func)
    def wrapper(*args, **kwargs):
        trace.calls += 1
        result = func(*args, **kwargs)
        print(f"{func.__name__}{args} -> {result}")
        return result
    return wrapper

@trace
def gcd(a, b):
    return a if b == 0 else gcd(b, a % b)

# %%
gcd(48, 18)

# %%
trace.calls, gcd.__name__

# %%
def repeat(n=2):
    def deco(f):
        @wraps(f)
        def inner(*a):
            return [f(*a) for _ in range(n)]
        return inner
    return deco

@repeat(3)
def greet(name):
    return f"hi {name}"
greet("you")

# %%
registry = {}
def register(name):
    def deco(cls):
        registry[name] = cls
        return cls
    return deco

@register("json")
class JsonWriter:
    def write(self, x): return '{"x": %r}' % x

@register("csv")
class CsvWriter:
    def write(self, x): return f"x\n{x}"

# %%
for fmt, cls in registry.items():
    print(fmt, repr(cls().write(1)))

# %%
@singledispatch
def describe(x):
    return "something"

@describe.register
def _(x: int):
    return f"int {x}"

@describe.register(list)
def _(x):
    return f"list of {len(x)}"

describe(3), describe([1, 2]), describe("s")

# %%
class Positive:
    def __set_name__(self, owner, name):
        self.name = "_" + name
    def __get__(self, obj, owner=None):
        return getattr(obj, self.name)
    def __set__(self, obj, value):
        if value <= 0:
            raise ValueError(f"{self.name[1:]} must be positive")
        setattr(obj, self.name, value)

@total_ordering
class Box:
    side = Positive()
    def __init__(self, side):
        self.side = side
    @cached_property
    def volume(self):
        print("computing")
        return self.side ** 3
    def __eq__(self, other): return self.side == other.side
    def __lt__(self, other): return self.side < other.side

# %%
b = Box(3)
b.volume, b.volume

# %%
with suppress(ValueError):
    b.side = -1
print(b.side, b >= Box(2))

# %%
out = io.StringIO()
with ExitStack() as stack:
    stack.enter_context(redirect_stdout(out))
    stack.callback(print, "bye")
    print("inside")
print(out.getvalue().split())

# %%
@lru_cache
def slow(n):
    print("slow", n)
    return n * 2

slow(2), slow(2), slow(3)

# %%
slow(3)
print(slow.cache_info().hits, trace.calls)
