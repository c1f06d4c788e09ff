# %% [markdown]
# # Objects of ordinary cells that only have their identity
# refused: script: step 'make' may store 'MISSING'

# %%
MISSING, OTHER = object(), object()


def get(row, key, default=MISSING):
    found = row.get(key, default)
    return "nothing" if found is MISSING else found


# %%
# %%step make
row = {"a": 1, "b": MISSING, "c": [OTHER]}
print(get(row, "a"), get(row, "b"), row["c"][0] is OTHER)

# %%
# %%step use
alias = row["b"]
print(get(row, "a"), get(row, "b"), get(row, "z"), alias is MISSING, row["c"][0] is OTHER)

# %%
# %%step again
print(alias is MISSING, alias is OTHER, alias is row["b"])
