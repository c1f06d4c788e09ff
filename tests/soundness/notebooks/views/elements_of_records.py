# %% [markdown]
# # Elements of structured arrays are parts of them

# %%
import numpy as np

# %%
# %%step make
people = np.array([("ann", 30, (1, 2)), ("bob", 40, (3, 4))], dtype=[("name", "U5"), ("age", int), ("at", int, (2,))])
ann, rows = people[0], list(people)
grid = np.zeros((2, 3), dtype=[("inner", [("u", int), ("v", float)])])[:, ::-1]
inner = grid[1, 2]["inner"]
alone = np.zeros(1, dtype=[("n", int)])[0]
table = np.rec.array([(1, "x"), (2, "y")], names="number,text")
second = table[1]

# %%
# %%step change
ann["age"] += 1
rows[1]["at"][0] = 99
inner["v"] = 2.5
alone["n"] = 5
second.number = 20
print(people, grid)

# %%
# %%step look
print(people, ann, rows, ann is people[0])
print(grid, inner, alone, table, type(second).__name__)
people["age"] *= 2

# %%
# %%step below
print(ann, rows[0], rows[1].item())
alone["n"] += 1
print(alone, alone.dtype.names)
