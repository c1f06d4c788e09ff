# %% [markdown]
# # Constants that hold other constants

# refused: script: step 'change' changes 'FIRST', which cell 2 defines

# %%
FIRST = [1]
BOTH = {"first": FIRST, "count": len(FIRST), "copy": list(FIRST)}


def poke(thing):
    thing.append(0)

# %%
# %%step change
FIRST.append(2)
print(FIRST)

# %%
# %%step show
print(FIRST, BOTH)

# %%
# %%step change_again
BOTH["first"].append(7)
print(BOTH)

# %%
# %%step hidden
poke(FIRST)
print(FIRST)

# %%
# %%step show_again
print(FIRST, BOTH)
