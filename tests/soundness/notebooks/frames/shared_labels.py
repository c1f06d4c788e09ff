# %% [markdown]
# # Labels that frames share

# %%
import pandas as pd

# %%
# %%step a
df = pd.DataFrame({"a": range(3)}, index=pd.date_range("2024", periods=3))
print(df.index.name)

# %%
# %%step b
pred = pd.Series([1, 2, 3], index=df.index)
dates = df.index
cols = df.columns
print(pred.index.name)

# %%
# %%step c
df.index.name = "day"
df.columns.name = "what"
print(pred.index.name, dates.name, cols.name)

# %%
# %%step d
df["b"] = pred
df.columns = ["x", "y"]
dates.freq = None
print(pred.index.freq, df.index.freq, cols.tolist())

# %%
# %%step e
print(pred.index.name, dates.name, cols.name, df.columns.name, df.index.freq)

# %%
# %%step f
totals = df.groupby(df.index).sum()
late = df[df.x > 0]
late.index.name = "late"
totals.index.rename("t", inplace=True)
print(df.index.name, late.index.name, totals.index.name)
