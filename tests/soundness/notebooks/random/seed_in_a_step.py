# %% [markdown]
# # Seeding inside a step, and again

# %%
import numpy as np

# %%
# %%step first
np.random.seed(0)
a = np.random.randint(0, 100, 3)
print(a)

# %%
# %%step second
b = np.random.randint(0, 100, 3)
print(b)

# %%
# %%step quiet
total = int(a.sum() + b.sum())
print(total)

# %%
# %%step third
c = np.random.permutation(4)
print(c)

# %%
# %%step again
np.random.seed(0)
print(np.random.randint(0, 100, 3))
