# %% [markdown]
# # Weather station, roof
# hourly values, sensor drops out now and then

# %%
import numpy as np
import pandas as pd
from zoneinfo import ZoneInfo
from datetime import datetime, date, timedelta, timezone

# %%
idx = pd.date_range("2024-03-29", periods=24*5, freq="h", tz="UTC")
rs = np.random.RandomState(8)
temp = 8 + 6*np.sin((idx.hour - 9) / 24 * 2*np.pi) + rs.randn(len(idx))*.5
df = pd.DataFrame({"temp": temp.round(2), "rain": rs.gamma(.2, 1, len(idx)).round(1)}, index=idx)
df.iloc[30:34, 0] = np.nan
df.iloc[77] = np.nan
df.isna().sum()

# %%
df = df.tz_convert("Europe/Berlin")
df.index[[50, 51]]

# %%
df["temp"] = df.temp.interpolate(limit=3)
print(df.temp.isna().sum())
df = df.ffill()

# %%
daily = df.resample("D").agg({"temp": ["min", "mean", "max"], "rain": "sum"})
daily.columns = ["tmin", "tmean", "tmax", "rain"]
daily.round(2)

# %%
daily.index = daily.index.date
hot = daily.tmean.idxmax()
hot, type(hot).__name__

# %%
smooth = df.temp.rolling(6, center=True).mean()
print(smooth.dropna().iloc[[0, -1]].round(3).tolist())

# %%
by_hour = df.groupby(df.index.hour).temp.agg(["mean", "std"])
by_hour.idxmax()

# %%
dst = datetime(2024, 3, 31, 1, 30, tzinfo=timezone.utc).astimezone(ZoneInfo("Europe/Berlin"))
dst.isoformat(), (dst + timedelta(days=1)).strftime("%A %H:%M")

# %%
def degree_days(t, base=10):
    return (base - t).clip(lower=0)

daily = daily.assign(dd=degree_days(daily.tmean), wet=daily.rain > 5)
print(daily[["dd", "wet"]].round(2))

# %%
rows = daily.reset_index().to_dict("records")
rows[0]["index"], len(rows)

# %%
df.to_parquet("weather.parquet")
again = pd.read_parquet("weather.parquet")
print((again.temp == df.temp).all(), again.index.tz)
