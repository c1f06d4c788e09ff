# %% [markdown]
# # A configuration that cells refine
# refused: script: a script would do this before step

# %%
class CFG:
    epochs = 10
    lr = 0.1
    tags = []


# %%
CFG.epochs = 2
CFG.seed = 7
CFG.tags.append("quick")

# %%
# %%step train
for _epoch in range(CFG.epochs):
    print("epoch", _epoch, CFG.lr)

# %%
CFG.lr = CFG.lr / 10

# %%
# %%step tune
print(CFG.lr, CFG.epochs, CFG.seed, CFG.tags)
