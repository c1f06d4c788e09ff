# %% [markdown]
# # A column, its array, and a write to the frame: pandas copies first, also in another step

# %%
import numpy as np
import pandas as pd

# %%
# %%step make
df = pd.DataFrame({"a": [1, 2, 3], "b": [4.0, 5.0, 6.0]})
column = df["a"]
values = df["a"].to_numpy()
print(column.tolist())

# %%
# %%step change
df.loc[0, "a"] = 100
print(df.a.tolist(), column.tolist(), values.tolist())

# %%
# %%step look
print(column.tolist(), values.tolist(), df.a.tolist())

# %%
# %%step wrap
numbers = np.arange(6.0).reshape(3, 2)
table = pd.DataFrame(numbers, columns=["a", "b"], copy=False)
first = pd.Series(numbers[:, 0], copy=False)
print(table.a.tolist())

# %%
# %%step fill
numbers[0, 0] = 50
print(table.a.tolist(), first.tolist())

# %%
# %%step split
train, test = table.iloc[:2], table.iloc[2:]
target = train["b"]
print(target.tolist())

# %%
# %%step scale
train = train.assign(a=train.a * 2)
target.iloc[0] = -1
print(train.a.tolist(), target.tolist(), numbers.tolist())

# %%
# %%step end
table.iloc[2, 1] = 77
print(test.b.tolist(), train.b.tolist(), table.b.tolist(), numbers.tolist())
