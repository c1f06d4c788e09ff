# %% [markdown]
# # Functions that read a table by name

# %%
def look(key):
    return table.get(key, "?")


def describe(keys):
    return [look(k) for k in keys]


# %%
# %%step build
table = {"a": "apple"}
print(look("a"))

# %%
# %%step more
table["b"] = "banana"
print(describe("ab"))

# %%
# %%step replace
table = {"a": "avocado"}

# %%
# %%step use
print(describe("ab"))
