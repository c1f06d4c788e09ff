# %% [markdown]
# # Names of the indexes of Series and frames

# %%
import pandas as pd
import numpy as np

# %%
# %%step a
X = pd.DataFrame({"a": range(4)}, index=list("wxyz"))
pred = pd.Series(np.arange(4.0), index=X.index)
print(pred.index.name)

# %%
# %%step b
X.index.name = "id"
print(pred.index.name, pred.reset_index().columns.tolist())

# %%
# %%step c
double = X * 2
print(double.index.name)

# %%
# %%step d
double.index.name = "twice"
double.columns.name = "cc"
print(X.index.name, pred.index.name, X.columns.name)

# %%
# %%step e
mi = pd.MultiIndex.from_product([["a"], [1, 2]], names=["p", "q"])
u = pd.Series([1, 2], index=mi)
v = pd.DataFrame({"z": [3, 4]}, index=mi)
print(u.index.names)

# %%
# %%step f
v.index.names = ["P", "Q"]
print(u.index.names, mi.names)

# %%
# %%step g
v.index = v.index.set_names("k", level=0)
print(u.index.names, mi.names, v.index.names)
