# %% [markdown]
# # A groupby object and its frame

# %%
import pandas as pd

# %%
# %%step orders
orders = pd.DataFrame({"who": ["x", "y", "x", "z"], "sum": [1.0, 2.0, 3.0, 4.0]})

# %%
# %%step group
groups = orders.groupby("who")["sum"]
means = groups.mean()
print(means.to_dict())

# %%
# %%step correct
orders["sum"] = orders["sum"] * 2
print(orders["sum"].tolist())

# %%
# %%step again
print(orders.groupby("who")["sum"].sum().to_dict())
print(means.to_dict())
