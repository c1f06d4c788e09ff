# %% [markdown]
# # Functions and classes of steps, also defined again
# refused: script: a script would do this before step

# %%
# %%step load
import numpy as np
from dataclasses import dataclass
@dataclass
class P:
    x: int
    y: list
def norm(p): return np.hypot(p.x, p.y[0])
pts = [P(3, [4]), P(6, [8])]
print([norm(p) for p in pts], isinstance(pts[0], P))

# %%
# %%step use
print(isinstance(pts[0], P), [norm(p) for p in pts], pts)
def count():
    count.n += 1
    return count.n
count.n = 0
count()
class Base:
    registry = []
    def __init_subclass__(cls): Base.registry.append(cls.__name__)
class A(Base): pass
K = 3
def scaled(x, k=K): return x * k

# %%
# %%step more
class B(Base): pass
print(count(), Base.registry, scaled(2))

# %%
# %%step last
print(count(), Base.registry, P(1, [2]) == P(1, [2]), isinstance(pts[1], P), B.__mro__[1] is Base)
def norm(p): return 0

# %%
# %%step end2
print(norm(pts[0]), pts)
