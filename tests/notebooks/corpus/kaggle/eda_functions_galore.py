# %% [markdown]
# # Wine EDA with a lot of little functions

# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
pd.options.display.float_format = "{:.3f}".format
plt.rcParams.update({"font.size": 9, "figure.figsize": (5, 3)})
wine = load_wine(as_frame=True)
df = wine.frame.copy()
df.columns = [c.replace("/", "_") for c in df.columns]

# %%
def summary(df):
    s = pd.DataFrame({"dtype": df.dtypes.astype(str), "missing": df.isna().sum(), "unique": df.nunique()})
    s["first"] = df.iloc[0]
    return s

summary(df).head()

# %%
def plot_hist(col, bins=12):
    fig, ax = plt.subplots()
    for t, g in df.groupby("target"):
        ax.hist(g[col], bins=bins, alpha=.5, label=str(t))
    ax.set_title(col); ax.legend()
    plt.show()

for c in ["alcohol", "hue"]:
    plot_hist(c)

# %%
c

# %%
def outliers(s, k=1.5):
    q1, q3 = s.quantile([.25, .75])
    iqr = q3 - q1
    return s[(s < q1 - k * iqr) | (s > q3 + k * iqr)]

out_counts = {c: len(outliers(df[c])) for c in df.columns if c != "target"}
print({c: n for c, n in out_counts.items() if n})

# %%
df["alcohol_bin"] = pd.qcut(df.alcohol, 4, labels=["low", "mid", "high", "top"])
tab = pd.crosstab(df.alcohol_bin, df.target)
tab

# %%
# redefine: now with a log
def outliers(s, k=1.5, log=False):
    s = np.log(s) if log else s
    z = (s - s.mean()) / s.std()
    return s[z.abs() > k * 2]

print(len(outliers(df.proline)), len(outliers(df.proline, log=True)))

# %%
means = df.groupby("target").agg({"alcohol": ["mean", "std"], "hue": "median"})
means.columns = ["_".join(c) for c in means.columns]
print(means)

# %%
corr = df.drop(columns=["alcohol_bin"]).corr()
pairs = corr.where(np.triu(np.ones(corr.shape), k=1).astype(bool)).stack().sort_values()
pairs.iloc[[0, -1]]

# %%
df = df[df.hue < 1.3].reset_index(drop=True)
df.shape

# %%
df.pipe(summary).tail(2)

# %%
top3 = pairs.abs().nlargest(3)
for (a, b), v in top3.items():
    print(f"{a:>30} {b:<20} {v:.3f}")
