# %% [markdown]
# # A seed at the top, draws further down

# %%
import random

import numpy as np

random.seed(42)
np.random.seed(42)

# %%
# %%step sample
sample = np.random.normal(size=3)
print(np.round(sample, 4))

# %%
# %%step shuffle
order = list(range(5))
random.shuffle(order)
print(order)

# %%
# %%step noise
noise = np.random.rand(2)
print(np.round(noise, 4))

# %%
# %%step total
print(round(float(sample.sum() + noise.sum()), 4), random.random())
