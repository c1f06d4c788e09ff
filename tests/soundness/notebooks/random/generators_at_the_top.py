# %%
import numpy as np
from numpy.random import default_rng
SEED = 42
rng = default_rng(SEED)
gen = np.random.Generator(np.random.PCG64(3))
# %%
def noise(n):
    return rng.normal(size=n).round(3).tolist()
# %%
# %%step make
a = noise(2)
# %%
# %%step other
# refused: script: step 'other' changes 'gen', which cell 1 defines. Define 'gen' in a step of its own
c = gen.integers(0, 9, 3).tolist()
# %%
# %%step more
b = noise(2)
print(a, b)
# %%
# %%step last
print(c, gen.integers(0, 9, 3).tolist(), round(rng.random(), 3))
