# %% [markdown]
# # Values that were taken before a cell changed their origin
# refused: script: Define 'opts' in a step of its own

# %%
class CFG:
    lr = 1
    opts = {"a": 1}
    sizes = [3]


# %%
# %%step a
print(CFG.lr)

# %%
opts = dict(CFG.opts)
first = CFG.sizes[0]
both = (first, CFG.lr)
twice = [2 * n for n in both]
CFG.lr = 5
CFG.sizes[0] = 9
CFG.opts["a"] = 2

# %%
# %%step b
opts["b"] = 7
twice.append(0)
print(opts, first, both, twice, CFG.lr, CFG.sizes)

# %%
# %%step c
print(opts, first, both, twice, CFG.lr, CFG.sizes, CFG.opts)

# %%
later = CFG.lr
CFG.lr = 6

# %%
# %%step d
print(opts, later, CFG.lr, both)
