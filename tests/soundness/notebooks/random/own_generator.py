# %% [markdown]
# # A generator of one's own, handed from step to step

# %%
import random

import numpy as np

# %%
# %%step start
rng = np.random.default_rng(3)
dice = random.Random(5)
print(rng.integers(0, 10, 3), dice.randint(1, 6))

# %%
# %%step next_draw
print(rng.integers(0, 10, 3))

# %%
# %%step roll
rolls = [dice.randint(1, 6) for _ in range(4)]
print(rolls)

# %%
# %%step both
print(rng.random() < 0.5, dice.random() < 0.5, rng.integers(0, 100))
