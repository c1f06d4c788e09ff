# %% [markdown]
# # The data model: patches, metaclasses, dunder methods

# %%
import sys
import json
import operator
import abc

# %%
class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return type(self)(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"

v = Vector(1, 2)
v + Vector(3, 4)

# %%
{v: "a", Vector(1, 2): "b"}

# %%
# patch a method in later
def __mul__(self, k):
    return Vector(self.x * k, self.y * k)
Vector.__mul__ = __mul__
Vector.__rmul__ = __mul__
v * 3, 2 * v

# %%
Vector.norm = property(lambda self: (self.x ** 2 + self.y ** 2) ** .5)
print(Vector(3, 4).norm)

# %%
class Registry(type):
    classes = {}
    def __new__(mcls, name, bases, ns):
        cls = super().__new__(mcls, name, bases, ns)
        if bases:
            mcls.classes[name] = cls
        return cls

class Plugin(metaclass=Registry):
    def run(self): return type(self).__name__

class Alpha(Plugin): pass
class Beta(Plugin): pass

# %%
[cls().run() for cls in Registry.classes.values()]

# %%
class Gamma(Alpha):
    def run(self):
        return super().run() + "!"
print(sorted(Registry.classes), Registry.classes["Gamma"]().run())

# %%
class Shape(abc.ABC):
    def __init_subclass__(cls, sides=0, **kw):
        super().__init_subclass__(**kw)
        cls.sides = sides

    @abc.abstractmethod
    def area(self): ...

class Square(Shape, sides=4):
    def __init__(self, a): self.a = a
    def area(self): return self.a ** 2

try:
    Shape()
except TypeError as e:
    print(type(e).__name__)
Square(3).area(), Square.sides

# %%
old_dumps = json.dumps
def loud_dumps(obj, **kw):
    return old_dumps(obj, **kw).upper()
json.dumps = loud_dumps
json.dumps({"a": "b"})

# %%
json.dumps = old_dumps
json.dumps({"a": "b"})

# %%
class Proxy:
    def __init__(self, target): self._target, self.log = target, []
    def __getattr__(self, name):
        self.log.append(name)
        return getattr(self._target, name)

p = Proxy([3, 1, 2])
p.sort(); p.append(9)
p.log, p._target

# %%
print(p.index(9), p.log, sys.getsizeof(v) > 0)
