# %% [markdown]
# # The categories that a Series holds, changed past pandas

# %%
import pandas as pd

# %%
# %%step load
sizes = pd.Series(["lo", "hi", "mid"], dtype="category")
values = sizes.array
print(sizes.tolist())

# %%
# %%step again
same = sizes.array
copy = sizes.copy()
print(list(same))

# %%
# %%step change
values[0] = "hi"
print(sizes.tolist(), copy.tolist(), list(same))

# %%
# %%step through_the_series
sizes.iloc[2] = "hi"
print(sizes.tolist(), copy.tolist(), list(same), list(values))
