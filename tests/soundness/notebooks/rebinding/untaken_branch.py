# %% [markdown]
# # A name that is bound only when something holds

# %%
VERBOSE = False

# %%
# %%step defaults
threshold = 0.5
mode = "fast"

# %%
# %%step maybe
if VERBOSE:
    mode = "slow"
for threshold in []:
    pass
while False:
    threshold = 1
print(mode)

# %%
# %%step show
print(threshold, mode)
