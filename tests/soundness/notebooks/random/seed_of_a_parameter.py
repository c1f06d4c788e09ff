# %% [markdown]
# # The seed is a parameter

# %%
import random

import numpy as np

# %%
# %%parameters
seed: int = 11  # where the numbers begin
size: int = 4

# %%
np.random.seed(seed)
random.seed(seed + 1)

# %%
# %%step sample
values = np.random.normal(size=size)
print(np.round(values, 4))

# %%
# %%step pick
print(random.sample(range(100), size), random.choice("abc"))

# %%
# %%step last
print(round(np.random.rand(), 5), round(random.random(), 5))
