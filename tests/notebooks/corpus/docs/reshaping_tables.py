# %% [markdown]
# # Reshaping and pivot tables

# %%
import io
import numpy as np
import pandas as pd

# %%
data = {
    "value": range(12),
    "variable": ["A"] * 3 + ["B"] * 3 + ["C"] * 3 + ["D"] * 3,
    "date": pd.to_datetime(["2020-01-03", "2020-01-04", "2020-01-05"] * 4),
}
df = pd.DataFrame(data)

# %%
pivoted = df.pivot(index="date", columns="variable", values="value")
pivoted

# %%
df["value2"] = df["value"] * 2
df.pivot(index="date", columns="variable")["value2"]

# %%
index = pd.MultiIndex.from_product([["bar", "baz"], ["one", "two"]], names=["first", "second"])
df2 = pd.DataFrame(np.arange(8).reshape(4, 2), index=index, columns=["A", "B"])
stacked = df2.stack()
print(stacked)

# %%
stacked.unstack("second")

# %%
cheese = pd.DataFrame({"first": ["John", "Mary"], "last": ["Doe", "Bo"], "height": [5.5, 6.0], "weight": [130, 150]})
melted = cheese.melt(id_vars=["first", "last"], var_name="quantity")
melted

# %%
wide = melted.set_index(["first", "last", "quantity"]).value.unstack()
wide.loc[("John", "Doe"), "weight"] = 131
print(wide)

# %%
df = pd.DataFrame({
    "A": ["one", "one", "two", "three"] * 3,
    "B": ["a", "b", "c"] * 4,
    "C": ["foo", "foo", "foo", "bar", "bar", "bar"] * 2,
    "D": np.arange(12) % 5,
    "E": np.arange(12.0),
})
table = pd.pivot_table(df, values="D", index=["A", "B"], columns=["C"])
print(table.to_string(na_rep=""))

# %%
pd.crosstab(df.A, df.C, normalize="index", margins=True).round(3)

# %%
ages = np.array([10, 15, 13, 12, 23, 25, 28, 59, 60])
cats = pd.cut(ages, bins=[0, 18, 35, 70])
pd.Series(cats).value_counts(sort=False)

# %%
pd.get_dummies(df[["A", "C"]], prefix=["a", "c"]).sum()

# %%
exploded = pd.DataFrame({"k": ["x", "y"], "v": [[1, 2], [3]]}).explode("v")
exploded

# %%
quarterly = pd.Series(np.arange(24), index=pd.period_range("2019-01", periods=24, freq="M")).resample("Q").sum()
quarterly.index = quarterly.index.astype(str)
quarterly.head()

# %%
buf = io.StringIO()
wide.reset_index().to_csv(buf, index=False)
print(buf.getvalue())

# %%
pd.read_csv(io.StringIO(buf.getvalue())).equals(wide.reset_index().rename_axis(columns=None))
