# %% [markdown]
# # A function that returns its default

# refused: script: A script cannot pass that on

# %%
def add(x, found=[]):
    found.append(x)
    return found

# %%
# %%step first
result = add(1)
print(result)

# %%
# %%step change
result.append(50)
print(result)

# %%
# %%step second
print(add(2), result)

# %%
# %%step show
print(result, add.__defaults__)
