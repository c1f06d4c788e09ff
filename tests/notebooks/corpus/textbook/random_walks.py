# %% [markdown]
# # Random walks

# %%
import numpy as np
import matplotlib.pyplot as plt
np.random.seed(12345)

# %%
nsteps = 1000
draws = np.random.randint(0, 2, size=nsteps)
steps = np.where(draws > 0, 1, -1)
walk = steps.cumsum()

# %%
walk.min(), walk.max()

# %%
plt.plot(walk[:100])

# %%
(np.abs(walk) >= 10).argmax()

# %% [markdown]
# ### Many at once

# %%
nwalks = 200
draws = np.random.randint(0, 2, size=(nwalks, nsteps)) # 0 or 1
steps = np.where(draws > 0, 1, -1)
walks = steps.cumsum(1)
walks

# %%
print(walks.max(), walks.min())

# %%
hits30 = (np.abs(walks) >= 30).any(1)
hits30.sum() # Number that hit 30 or -30

# %%
crossing_times = (np.abs(walks[hits30]) >= 30).argmax(1)
crossing_times.mean()

# %%
steps = np.random.normal(loc=0, scale=0.25, size=(nwalks, nsteps))
walks = steps.cumsum(axis=1)
final = walks[:, -1]
print(final.mean().round(4), final.std().round(4))

# %%
first = walks[0]
first -= first.mean()
print(walks[0].mean().round(10) == 0)

# %%
state = np.random.get_state()
a = np.random.rand(3)
np.random.set_state(state)
b = np.random.rand(3)
print((a == b).all(), round(np.random.rand(), 6))
