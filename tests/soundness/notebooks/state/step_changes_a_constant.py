# %% [markdown]
# # A step that changes what an ordinary cell defines
# refused: script: step 'tune' changes 'CONFIG', which cell 2 defines

# %%
CONFIG = {"lr": 0.1}

# %%
# %%step tune
CONFIG["lr"] = 0.5
print(CONFIG)

# %%
# %%step use
print(CONFIG["lr"])
