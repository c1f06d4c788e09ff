# %% [markdown]
# # A step that reads what an ordinary cell computed
# refused: check: raw

# %%
import random

# %%
raw = [random.random() for _ in range(3)]

# %%
# %%step use
print(len(raw))
