# %% [markdown]
# # Starred and nested targets

# %%
# %%step read
header, *rows = [["id", "v"], [1, 10], [2, 20], [3, 30]]
(first, second), third = rows[0], rows[1]
print(header, first, second, third)

# %%
# %%step swap
first, second = second, first
rows[0], rows[-1] = rows[-1], rows[0]
print(first, second)

# %%
# %%step loop
for key, (left, *rest) in {"a": (1, 2, 3), "b": (4, 5)}.items():
    pass
print(key, left, rest)

# %%
# %%step show
print(rows, first, second, left, rest, key)
