# %% [markdown]
# # Methods of the global random generators

# %%
import random
import numpy as np

# %%
# %%step a
random.seed(1)
np.random.seed(1)
roll = random.randint
shuffle = np.random.shuffle
glob = np.random.mtrand._rand
rng = np.random.default_rng(3)
bits = rng.bit_generator
draw = rng.random
rs = np.random.RandomState(rng.bit_generator)
print(roll(1, 100))

# %%
# %%step b
print(roll(1, 100), random.random(), rng.random(), draw())
x = [1, 2, 3, 4, 5]
shuffle(x)
print(x, np.random.rand(), glob.rand())

# %%
# %%step c
print(roll(1, 100), random.random(), rng.random(), draw(), bits.random_raw(), rs.rand())
print(np.random.rand(), glob.rand())

# %%
# %%step d
print(roll(1, 100), random.random(), rng.random(), draw(), bits.random_raw(), rs.rand())
print(np.random.rand(), glob.rand())
