# %% [markdown]
# # Cells that only look

# %%
import pandas as pd

# %%
# %%step load
df = pd.DataFrame({"x": [3, 1, 2]})
print(len(df))

# %%
df.head()

# %%
print(df["x"].describe()["max"])

# %%
# %%step order
df = df.sort_values("x")
print(df["x"].tolist())

# %%
df.x.sum()

# %%
len(df), df.shape

# %%
# %%step end
print(df["x"].iloc[0])
