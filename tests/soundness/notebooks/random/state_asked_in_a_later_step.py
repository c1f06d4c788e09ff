# %% [markdown]
# # The state of a generator is asked for in a step that draws nothing

# %%
import random

import numpy as np

# %%
# %%step seed
random.seed(5)
np.random.seed(6)
first = [random.random(), np.random.rand()]

# %%
# %%step keep
before = random.getstate()
at = np.random.get_state()[2]

# %%
# %%step draw
drawn = [random.random(), np.random.rand()]

# %%
# %%step again
random.setstate(before)
same = random.random() == drawn[0]
np.random.set_state(np.random.get_state())
further = np.random.rand()
print(at, same, further)
