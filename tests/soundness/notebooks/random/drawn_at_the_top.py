# %% [markdown]
# # Ordinary cells that draw as well

# %%
import numpy as np

np.random.seed(3)
weights = np.random.rand(3)
offset = np.random.randint(10)

# %%
# %%step show
print(np.round(weights, 4), offset)

# %%
# %%step draw
noise = np.random.rand()
print(round(noise, 5))

# %%
# %%step more
print(np.round(weights * np.random.rand(3), 4))

# %%
np.random.seed(8)

# %%
# %%step again
print(round(np.random.rand() + noise, 5))
