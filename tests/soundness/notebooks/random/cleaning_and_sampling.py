# %% [markdown]
# # Cleaning data, and sampling from it

# %%
import numpy as np
import pandas as pd
np.random.seed(0)
pd.set_option("display.width", 120)
COLS = ["a", "b", "c"]

# %%
def clip(s, lo=0, hi=1):
    return s.clip(lo, hi)

# %%
# %%step load
df = pd.DataFrame(np.random.randn(20, 3), columns=COLS)
df.loc[3, "a"] = np.nan
name = "raw"
index = df.index
print(df.shape, name)

# %%
# %%step clean
df = df.dropna()
df["d"] = clip(df["a"]) + df["b"].apply(lambda v: v ** 2)
df = df.assign(e=lambda d: d.a * 2).rename(columns=str.upper)
print(df.mean().round(3).to_dict())

# %%
# %%step split
train = df.sample(frac=0.7)
test = df.drop(train.index)
print(len(train), len(test), test.index.tolist())

# %%
# %%step report
for name, part in {"train": train, "test": test}.items():
    print(name, part["A"].mean().round(4))
print(name, len(index))

# %%
# %%step boot
means = [df["A"].sample(5, replace=True).mean().round(4) for _ in range(3)]
print(means)
