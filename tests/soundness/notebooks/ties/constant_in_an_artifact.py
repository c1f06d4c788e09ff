# %% [markdown]
# # A list of an ordinary cell that an artifact holds

# refused: script: step 'direct' changes 'ITEMS', which cell 2 defines

# %%
ITEMS = [1, 2]


def grow(n):
    ITEMS.append(n)

# %%
# %%step make
mine = {"items": ITEMS}
print(mine)

# %%
# %%step direct
ITEMS.append(3)
print(ITEMS)

# %%
# %%step through
mine["items"].append(4)
print(mine, ITEMS)

# %%
# %%step hidden
grow(5)
print(ITEMS)

# %%
# %%step show
print(mine, ITEMS, mine["items"] is ITEMS)
