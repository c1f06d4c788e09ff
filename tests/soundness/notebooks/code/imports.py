# %% [markdown]
# # Imports of a step are there below

# %%
# %%step load
import numpy as np
class P:
    def __init__(self, x): self.x = x
def norm(p): return np.abs(p.x)
pts = [P(-3)]

# %%
print(norm(pts[0]), np.pi > 3, isinstance(pts[0], P))

# %%
# %%step use
print(isinstance(pts[0], P), norm(pts[0]))
import json

# %%
print(norm(pts[0]))

# %%
# %%step many
k = 1
from math import sqrt
def root(v): return sqrt(v)
r = root(k)

# %%
# %%step coll
print(root(4), norm(pts[0]))

# %%
print(root(16), sqrt(4))
