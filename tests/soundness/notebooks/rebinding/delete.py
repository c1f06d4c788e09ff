# %% [markdown]
# # del frees memory, and ends a name

# %%
import numpy as np

# %%
# %%step load
raw = np.arange(6).reshape(2, 3)
means = raw.mean(axis=1)
print(means)

# %%
# %%step free
total = raw.sum()
del raw
print(total)

# %%
# %%step again
raw = [1, 2]
print(raw)

# %%
# %%step use
print(raw, total, means.sum())
