# %% [markdown]
# # A list of an ordinary cell that an artifact holds

# refused: script: Make cell 2 a step, so that 'ITEMS' is an artifact

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
