# %% [markdown]
# # An iterator that two cells draw from

# %%
# %%step start
lines = iter(["header", "row 1", "row 2", "row 3"])
header = next(lines)
print(header)

# %%
# %%step first
row = next(lines)
print(row)

# %%
# %%step rest
rest = list(lines)
print(rest)

# %%
# %%step end
print(len(rest), next(lines, "nothing left"))
