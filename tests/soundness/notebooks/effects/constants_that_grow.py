# %% [markdown]
# # Lists of columns that are put together in several cells
# refused: script: a script would do this before step

# %%
NUMERIC = ["age", "income"]
CATEGORICAL = ["city"]
DEFAULTS = dict(age=0)
PAIRS = [("a", 1)]

# %%
NUMERIC.append("score")
CATEGORICAL += ["country"]
DEFAULTS.update(income=-1, city="?")
PAIRS.insert(0, ("z", 26))

# %%
for _column in ("x1", "x2"):
    NUMERIC.append(_column)

# %%
# %%step columns
features = NUMERIC + CATEGORICAL
print(features)

# %%
# %%step fill
row = {**DEFAULTS, "age": 33}
print(row, PAIRS)

# %%
NUMERIC.remove("x2")
DEFAULTS.pop("city")

# %%
# %%step after
print(NUMERIC, DEFAULTS, features)
