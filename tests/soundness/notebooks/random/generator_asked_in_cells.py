# %%
import random

import numpy as np

rng = np.random.default_rng(7)
dice = random.Random(4)

# %%
order = rng.permutation(5)
first = dice.randint(1, 6)

# %%
rng.random()

# %%
# %%step make
# refused: script: step 'make' changes 'rng', which cell 1 defines. Define 'rng' in a step of its own
x = rng.integers(0, 100, 3).tolist()
print(order.tolist(), first, dice.random(), x)
