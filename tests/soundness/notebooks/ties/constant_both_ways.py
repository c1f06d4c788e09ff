# %% [markdown]
# # A list that a step reads by two names

# refused: script: step 'change' may change what an ordinary cell calls 'ITEMS'

# %%
ITEMS = [1, 2]

# %%
# %%step make
mine = {"items": ITEMS}
print(mine)

# %%
# %%step change
mine["items"].append(3)
print(ITEMS)

# %%
# %%step show
print(mine, ITEMS)
