# %% [markdown]
# # Saving the generator's state and going back to it

# %%
import numpy as np

np.random.seed(99)

# %%
# %%step before
state = np.random.get_state()
first = np.random.rand(2)
print(np.round(first, 5))

# %%
# %%step more
print(np.round(np.random.rand(2), 5))

# %%
# %%step back
np.random.set_state(state)
print(np.round(np.random.rand(2), 5), bool((first > 0).all()))
