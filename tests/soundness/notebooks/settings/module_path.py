# %% [markdown]
# # A folder of own modules
# refused: script: a script would do this before step

# %%
import sys

sys.path.insert(0, "lib")

# %%
import cleaning
from cleaning import drop_empty

# %%
# %%step load
rows = ["a", "", "b"]
print(len(rows))

# %%
# %%step clean
print(drop_empty(rows))

# %%
cleaning.MARK = "*"

# %%
# %%step mark
print(cleaning.marked(rows))
