# %% [markdown]
# # 10 minutes with data frames
# This is a short introduction, geared mainly for new users. Customarily, we import as follows:

# %%
import numpy as np
import pandas as pd

# %% [markdown]
# ## Object creation

# %%
s = pd.Series([1, 3, 5, np.nan, 6, 8])
s

# %%
dates = pd.date_range("20130101", periods=6)
dates

# %%
df = pd.DataFrame(np.arange(24).reshape(6, 4) % 7 - 3.0, index=dates, columns=list("ABCD"))
df

# %%
df2 = pd.DataFrame(
    {
        "A": 1.0,
        "B": pd.Timestamp("20130102"),
        "C": pd.Series(1, index=list(range(4)), dtype="float32"),
        "D": np.array([3] * 4, dtype="int32"),
        "E": pd.Categorical(["test", "train", "test", "train"]),
        "F": "foo",
    }
)
df2

# %%
df2.dtypes

# %% [markdown]
# ## Viewing data

# %%
df.head()

# %%
df.tail(3)

# %%
df.to_numpy()

# %%
df.sort_values(by="B")

# %% [markdown]
# ## Selection

# %%
df.loc[dates[0]]

# %%
df.iloc[3:5, 0:2]

# %%
df[df["A"] > 0]

# %%
df2 = df.copy()
df2["E"] = ["one", "one", "two", "three", "four", "three"]
df2[df2["E"].isin(["two", "four"])]

# %% [markdown]
# ## Setting

# %%
s1 = pd.Series([1, 2, 3, 4, 5, 6], index=pd.date_range("20130102", periods=6))
df["F"] = s1
df.at[dates[0], "A"] = 0
df.iat[0, 1] = 0
df.loc[:, "D"] = np.array([5] * len(df))
print(df)

# %%
df1 = df.reindex(index=dates[0:4], columns=list(df.columns) + ["E"])
df1.loc[dates[0] : dates[1], "E"] = 1
df1.dropna(how="any")

# %%
pd.isna(df1)

# %% [markdown]
# ## Operations

# %%
df.mean()

# %%
s = pd.Series([1, 3, 5, np.nan, 6, 8], index=dates).shift(2)
df.sub(s, axis="index")

# %%
df.agg(lambda x: np.mean(x) * 5.6)

# %%
left = pd.DataFrame({"key": ["foo", "foo"], "lval": [1, 2]})
right = pd.DataFrame({"key": ["foo", "foo"], "rval": [4, 5]})
pd.merge(left, right, on="key")

# %%
stacked = df2[["A", "B"]].stack()
print(stacked.unstack(0).round(2))

# %%
if pd.Series([False, True, False]).any():
    print("I was true")
