# %% [markdown]
# # A step that changes what an ordinary cell defines
# refused: check: step 'tune' changes 'CONFIG'

# %%
CONFIG = {"lr": 0.1}

# %%
# %%step tune
CONFIG["lr"] = 0.5
print(CONFIG)

# %%
# %%step use
print(CONFIG["lr"])
