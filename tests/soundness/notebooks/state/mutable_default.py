# %% [markdown]
# # The mutable default argument

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
