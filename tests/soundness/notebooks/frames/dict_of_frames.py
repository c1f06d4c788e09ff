# %% [markdown]
# # Train and test frames in a dict

# %%
import pandas as pd

# %%
# %%step split
data = pd.DataFrame({"x": range(6), "y": [0, 1, 0, 1, 1, 0]})
train = data.iloc[:4].copy()
test = data.iloc[4:].copy()
parts = {"train": train, "test": test}
print({k: len(v) for k, v in parts.items()})

# %%
# %%step encode
for _part in parts.values():
    _part["x2"] = _part["x"] ** 2
print(list(parts["train"].columns))

# %%
# %%step fit
print(list(train.columns), list(test.columns))
mean = train["x2"].mean()
print(mean)

# %%
# %%step fill
test.loc[4, "y"] = -1
print(parts["test"]["y"].tolist())

# %%
# %%step replace
parts["train"] = parts["train"].head(2)
print(len(train), len(parts["train"]))
