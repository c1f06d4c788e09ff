# %% [markdown]
# # A frame under two names

# %%
import pandas as pd

# %%
# %%step load
df = pd.DataFrame({"price": [10.0, 20.0, 30.0], "n": [1, 2, 3]})
print(df.shape)

# %%
# %%step features
features = df
features["total"] = features["price"] * features["n"]
print(list(features.columns))

# %%
# %%step more
features["big"] = features["total"] > 30
print(features["big"].sum())

# %%
# %%step model
print(list(df.columns))
print(df.equals(features), df is features)

# %%
# %%step drop
df.drop(columns="big", inplace=True)
print(list(features.columns))

# %%
print(df.shape, features.shape)
