# %% [markdown]
# # A global generator defined at the top

# %%
import numpy as np

RNG = np.random.default_rng(11)


def noise(n):
    return RNG.normal(size=n)


# %%
# %%step one
a = noise(2)
print(np.round(a, 4))

# %%
# %%step two
b = noise(2)
print(np.round(b, 4))

# %%
# %%step three
# refused: script: step 'three' changes 'RNG', which cell 2 defines. Define 'RNG' in a step of its own
print(np.round(a + b, 4), np.round(RNG.random(), 4))
