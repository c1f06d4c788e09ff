# %% [markdown]
# # Columns that come and go

# %%
import pandas as pd

# %%
# %%step load
df = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6], "c": list("xyz")})
view = df
shallow = df.copy(deep=False)
print(df.shape)

# %%
# %%step edit
letters = df.pop("c")
df.insert(0, "first", [9, 8, 7])
del df["b"]
df.index.name = "row"
print(list(view.columns), view.index.name)

# %%
# %%step rows
view.loc[3] = [0, 0]
print(len(df), list(shallow.columns), letters.tolist())

# %%
# %%step chained
df.loc[df["a"] > 1, "a"] *= 10
shallow.iloc[0, 0] = -5
print(view["a"].tolist(), df["first"].tolist(), shallow["a"].tolist())
