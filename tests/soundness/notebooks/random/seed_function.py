# %% [markdown]
# # The seed_everything function of every competition

# %%
import os
import random

import numpy as np


def seed_everything(seed=2024):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)


# %%
seed_everything()

# %%
# %%step folds
index = np.random.permutation(6)
print(index)

# %%
# %%step params
lr = random.choice([0.1, 0.01, 0.001])
print(lr, round(random.random(), 5))

# %%
# %%step reseed
seed_everything(1)
print(round(np.random.rand(), 5))

# %%
# %%step after
print(round(np.random.rand(), 5), random.randint(0, 1000))
