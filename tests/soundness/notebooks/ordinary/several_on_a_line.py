# %% [markdown]
# # The same statement twice on a line

# %%
import random

import numpy as np

e = 1; e += 1; e += 1
L = [0]; L.append(1); L.append(1)
count = 0


class K:
    n = 0


def inc():
    global count
    count += 1


# %%
inc(); inc()
K.n += 1; K.n += 1
np.random.seed(0); np.random.rand(2); np.random.rand(2)
random.seed(1); random.random(); random.random()

# %%
# %%step shown
print(e, L, count, K.n, np.random.rand(), random.random())
