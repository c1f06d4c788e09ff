# %% [markdown]
# # A frame goes through a CSV and a pickle

# %%
import pandas as pd

DATA = "customers.csv"

# %%
# %%step make
customers = pd.DataFrame({"name": ["ann", "bob"], "spent": [10.5, 20.25]})
customers.to_csv("clean.csv", index=False)
print(customers.shape)

# %%
# %%step load
df = pd.read_csv("clean.csv")
print(df["spent"].sum())

# %%
# %%step given
given = pd.read_csv(DATA)
print(given.columns.tolist(), len(given))

# %%
# %%step keep
given.to_pickle("given.pkl")
print("kept")

# %%
# %%step again
print(pd.read_pickle("given.pkl").equals(given))
