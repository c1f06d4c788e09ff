# %% [markdown]
# # Categoricals, time deltas, windows

# %%
import pandas as pd
import numpy as np
np.random.seed(123456)

# %%
s = pd.Series(["a", "b", "c", "a"], dtype="category")
s

# %%
cat = pd.Categorical(["lo", "hi", "mid", "lo"], categories=["lo", "mid", "hi"], ordered=True)
df = pd.DataFrame({"cat": cat, "v": [1, 2, 3, 4]})
df.sort_values("cat")

# %%
df["cat"].min(), df["cat"].cat.codes.tolist()

# %%
df["cat"] = df["cat"].cat.rename_categories(str.upper)
df[df.cat > "LO"]

# %%
rng = pd.date_range("1/1/2011", periods=72, freq="h")
ts = pd.Series(np.random.randn(len(rng)), index=rng)
ts.head()

# %%
converted = ts.asfreq("45Min", method="pad")
daily = ts.resample("D").mean()
print(len(converted), daily.round(4).tolist())

# %%
ts["2011-01-02"].count(), ts.between_time("9:00", "10:00").size

# %%
friday = pd.Timestamp("2018-01-05")
friday + pd.offsets.BDay(), (friday + pd.Timedelta("2 days")).day_name()

# %%
td = pd.Series(pd.to_timedelta(["1 days", "2 days 03:00:00", None]))
td.sum(), td.dt.days.tolist()

# %%
cum = ts.cumsum()
r = cum.rolling(window=24)
e = cum.ewm(span=12).mean()
print(r.mean().iloc[-1].round(5), e.iloc[-1].round(5), r.apply(np.ptp, raw=True).max().round(5))

# %%
left = pd.DataFrame({"t": pd.to_datetime(["2020-01-01", "2020-01-05"]), "a": [1, 2]})
right = pd.DataFrame({"t": pd.to_datetime(["2020-01-02", "2020-01-04"]), "b": [3, 4]})
pd.merge_asof(left, right, on="t", direction="nearest")

# %%
with pd.option_context("display.max_rows", 4):
    print(ts)
pd.get_option("display.max_rows")

# %%
df.to_pickle("df.pkl")
again = pd.read_pickle("df.pkl")
print(again.equals(df), again.cat.dtype == df.cat.dtype)
