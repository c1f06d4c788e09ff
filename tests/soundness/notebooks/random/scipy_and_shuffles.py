# %% [markdown]
# # Draws that libraries make from the global generator

# %%
import random

import numpy as np
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.utils import shuffle

# %%
np.random.seed(12)
random.seed(12)

# %%
# %%step sample
values = stats.norm.rvs(size=4)
print(np.round(values, 4))

# %%
# %%step mix
mixed = shuffle(values)
print(np.round(mixed, 4))

# %%
# %%step cluster
labels = KMeans(n_clusters=2, n_init=1).fit(values.reshape(-1, 1)).labels_
print(len(set(labels)), np.random.randint(100))

# %%
# %%step deal
cards = list("abcdef")
random.shuffle(cards)
print(cards, random.sample(range(50), 3))

# %%
# %%step last
print(round(np.random.rand(), 5), round(random.random(), 5))
