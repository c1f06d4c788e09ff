# %% [markdown]
# # Seeded anew before each experiment

# %%
import numpy as np

N = 3

# %%
np.random.seed(5)

# %%
# %%step experiment_a
a = np.random.rand(N)
print(np.round(a, 4))

# %%
np.random.seed(5)

# %%
# %%step experiment_b
b = np.random.rand(N)
print(np.allclose(a, b))

# %%
# %%step extra
print(np.round(np.random.rand(), 4))

# %%
np.random.seed(6)

# %%
# %%step experiment_c
print(np.round(np.random.rand(N), 4))
