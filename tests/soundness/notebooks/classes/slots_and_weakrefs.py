# %% [markdown]
# # Slots, operators, and identity in sets

# %%
class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        return self

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


# %%
# %%step make
v = Vector(1, 2)
w = v
path = [v, Vector(0, 0)]
print(path)

# %%
# %%step move
v += Vector(10, 10)
print(w, path[0])

# %%
# %%step swap
path[1] = w
path[1].x = -1
print(v, w, len({id(p) for p in path}))
