# %% [markdown]
# # Names looked up in globals()
# refused: script: reads globals(), which in a method contains other names

# %%
SIZES = {"small": 1, "large": 5}

# %%
# %%step make
weights_small = [1, 2]
weights_large = [10, 20]
print("made")

# %%
# %%step look
print(globals()["weights_small"], "weights_large" in globals())

# %%
# %%step change
globals()["weights_small"].append(3)
print(sum(weights_small))

# %%
# %%step show
print(weights_small, eval("SIZES['large']"))
