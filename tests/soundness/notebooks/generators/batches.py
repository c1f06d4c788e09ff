# %% [markdown]
# # A generator function of the notebook

# %%
def batches(values, size):
    for start in range(0, len(values), size):
        yield values[start : start + size]


# %%
# %%step data
values = list(range(7))
parts = list(batches(values, 3))
print(parts)

# %%
# %%step change
for part in batches(values, 2):
    part[0] = -1
print(values[:3])

# %%
# %%step fill
parts[0].append("x")
print(parts[0], len(values))
