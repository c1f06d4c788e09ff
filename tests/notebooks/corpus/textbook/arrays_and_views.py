# %% [markdown]
# # NumPy: slices are views

# %%
import numpy as np
np.set_printoptions(precision=3, suppress=True)

# %%
x = np.arange(10)
x

# %%
x[2:5], x[::-1], x[::2]

# %%
x2 = np.arange(12).reshape(3, 4)
x2_sub = x2[:2, :2]
print(x2_sub)

# %% [markdown]
# Now if we modify this subarray, the original array changes!

# %%
x2_sub[0, 0] = 99
print(x2_sub)

# %%
print(x2)

# %%
x2_sub_copy = x2[:2, :2].copy()
x2_sub_copy[0, 0] = 42
print(x2_sub_copy)

# %%
print(x2)

# %% [markdown]
# ## Reshaping and joining

# %%
grid = np.arange(1, 10).reshape((3, 3))
row = grid[1]
row += 100
grid

# %%
y = np.array([3, 2, 1])
z = np.concatenate([x, y])
np.vstack([y, grid])

# %%
left, right = np.hsplit(x2, [2])
left[:] = 0
x2

# %% [markdown]
# ## Broadcasting, masks

# %%
rng = np.random.RandomState(0)
X = rng.random_sample((10, 3))
Xmean = X.mean(0)
X_centered = X - Xmean
print(X_centered.mean(0))

# %%
mask = X_centered > 0
print(mask.sum(axis=0), mask.any(), mask.all())

# %%
X[mask] = 0
print(X.sum().round(6))

# %%
i = np.array([2, 1, 8, 4])
x[i] = 99
x[i] -= 10
print(x)
np.add.at(x, [0, 0, 0], 1)
print(x)
