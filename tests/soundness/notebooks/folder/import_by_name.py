# %% [markdown]
# # A module imported by name, and one that keeps state
# refused: script: a script would do this before step 'use'

# %%
import importlib

import helpers

plugin = importlib.import_module("plugin")

# %%
# %%step use
print(plugin.apply(3), helpers.double(1))

# %%
helpers.SCALE = 10

# %%
# %%step scaled
print(helpers.double(1))

# %%
# %%step late
late = importlib.import_module("plugin").apply(4)
print(late)
