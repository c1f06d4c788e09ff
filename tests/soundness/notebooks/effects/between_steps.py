# %% [markdown]
# # A constant that is set anew between two steps
# refused: script: a script would do this before step

# %%
THRESHOLD = 0.5
OPTIONS = {"verbose": False}


def passes(x):
    return x > THRESHOLD


# %%
# %%step scores
scores = [0.2, 0.6, 0.9]
print([passes(s) for s in scores])

# %%
OPTIONS["verbose"] = True

# %%
# %%step show
print(OPTIONS)

# %%
THRESHOLD = 0.8

# %%
# %%step strict
print([passes(s) for s in scores], THRESHOLD)
