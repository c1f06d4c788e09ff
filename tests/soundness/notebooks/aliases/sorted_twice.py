# %% [markdown]
# # Sorting in place what another name holds
# `ranking` is made in one cell, changed in another, and `scores` was there first.

# %%
PEOPLE = ("ann", "bob", "cy")

# %%
# %%step measure
scores = [[7, "ann"], [9, "bob"], [3, "cy"]]

# %%
# %%step rank
ranking = scores
ranking.sort(reverse=True)
print([name for _, name in ranking])

# %%
# %%step bonus
for entry in ranking:
    entry[0] += 1
print(ranking[0])

# %%
# %%step podium
best = scores[0]
best[1] = best[1].upper()
print(scores)

# %%
# %%step show
print(ranking)
print(best is ranking[0], len(PEOPLE))
