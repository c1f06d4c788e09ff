# %% [markdown]
# # Walrus and match at the top level

# %%
# %%step values
values = [5, 12, 7]
n = 0
point = ("none", 0)

# %%
# %%step measure
if (n := len(values)) > 2:
    print("many:", n)
print(any((hit := v) > 10 for v in values))

# %%
# %%step decide
match {"kind": "point", "at": (3, 4)}:
    case {"kind": kind, "at": (x, y)}:
        point = (kind, x + y)
    case other:
        point = ("?", 0)
print(point)

# %%
# %%step use
print(n, hit, point, x * y, kind)
