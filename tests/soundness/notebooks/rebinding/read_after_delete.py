# %% [markdown]
# # A name that is read after it was deleted
# refused: check: raw

# %%
# %%step load
raw = [1, 2, 3]

# %%
# %%step free
total = sum(raw)
del raw
print(total)

# %%
# %%step oops
print(len(raw))
