# %% [markdown]
# # An ordinary cell deletes and renames
# refused: script: reads globals(), which in a method contains other names

# %%
OLD = [1, 2]
TABLE = {"a": 1, "b": 2}

# %%
NEW = list(OLD)
del OLD
del TABLE["a"]

# %%
# %%step use
print(NEW, TABLE)

# %%
# %%step check
print("OLD" in globals())
