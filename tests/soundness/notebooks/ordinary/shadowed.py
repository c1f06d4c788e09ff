# %% [markdown]
# # A step takes over a name of the notebook
# refused: script: step 'shadow' changes 'threshold', which cell 2 defines

# %%
threshold = 0.5
names = ["a", "b"]


def above(values):
    return [v for v in values if v > threshold]


# %%
# %%step before
values = [0.3, 0.6, 0.9]
print(above(values))

# %%
# %%step shadow
threshold = 0.8
print(above(values), threshold)

# %%
# %%step after
print(above(values), threshold)

# %%
# %%step own_names
names = names + ["c"]
print(names)

# %%
# %%step end
print(names, threshold)
