# %% [markdown]
# # A function that rebinds a table by global
# refused: script: assigns 'table' with a global statement

# %%
def reset():
    global table
    table = {}


def put(key, value):
    table[key] = value
    return len(table)


# %%
# %%step fill
table = {"a": 1}
print(put("b", 2))

# %%
# %%step restart
reset()
print(table)

# %%
# %%step again
print(put("z", 26))

# %%
# %%step end
print(table)
