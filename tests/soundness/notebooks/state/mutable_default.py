# %% [markdown]
# # The mutable default argument
# refused: script: which cell 2 defines

# %%
def collect(item, seen=[]):
    seen.append(item)
    return list(seen)


# %%
# %%step a
first = collect("a")
print(first)

# %%
# %%step b
second = collect("b")
print(second)

# %%
# %%step c
print(collect("c"), first, second)
