# %% [markdown]
# # A configuration that an ordinary cell reads
# refused: check: CONFIG

# %%
import json

import pandas as pd

with open("settings.json") as f:
    CONFIG = json.load(f)

# %%
# %%step load
limit = CONFIG["limit"]
print(limit)
