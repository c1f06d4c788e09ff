# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from datetime import datetime, timedelta
# %matplotlib inline

# %% [markdown]
# # Energy use
# hourly -> daily

# %%
start = datetime(2023, 1, 1)
hours = 24 * 120
rng = np.random.RandomState(3)
t = np.arange(hours)
load = 50 + 10 * np.sin(2 * np.pi * t / 24) + 5 * np.sin(2 * np.pi * t / (24 * 7)) + rng.normal(0, 2, hours)
ts = pd.Series(load, index=pd.date_range(start, periods=hours, freq='h'), name='load')
ts.head()

# %%
ts.iloc[100:105] = np.nan
ts.plot(figsize=(8, 2))

# %%
print(ts.isna().sum(), 'missing')
ts = ts.interpolate()

# %%
df = ts.to_frame()
df['hour'] = df.index.hour
df['dow'] = df.index.dayofweek

# %%
df.groupby('hour').load.mean().plot(marker='o')
plt.ylabel('kW')

# %%
daily = ts.resample('D').mean()
daily.tail(3)

# %%
def mape(a, b):
    return float(np.mean(np.abs((a - b) / a)) * 100)

def smooth(s, k=WINDOW if 'WINDOW' in globals() else 7):
    return s.rolling(k, min_periods=1).mean()

# %%
WINDOW = 5
sm = smooth(daily)
plt.plot(daily.index, daily, lw=.5)
plt.plot(sm.index, sm)
plt.show()

# %%
train, test = daily[:-14], daily[-14:]
len(train), len(test)

# %% [markdown]
# ## naive

# %%
errors = {}
pred = pd.Series(train.iloc[-1], index=test.index)
errors['last'] = mape(test, pred)
errors

# %%
pred = pd.Series([train.iloc[-7 + i % 7] for i in range(14)], index=test.index)
errors['season'] = mape(test, pred)

# %% [markdown]
# ## regression on lags

# %%
def lags(s, k):
    out = pd.DataFrame({f'lag{i}': s.shift(i) for i in range(1, k + 1)})
    out['y'] = s
    return out.dropna()

tmp = lags(train, 7)
A = np.c_[np.ones(len(tmp)), tmp.drop(columns='y').values]
w, *_ = np.linalg.lstsq(A, tmp['y'].values, rcond=None)
w.round(2)

# %%
# %%time
history = list(train.values[-7:])
preds = []
for _ in range(14):
    x = np.r_[1, history[::-1][:7]]
    yhat = float(x @ w)
    preds.append(yhat)
    history.append(yhat)

# %%
pred = pd.Series(preds, index=test.index)
errors['lags'] = mape(test, pred)
pd.Series(errors).plot.bar()

# %%
# smoothing by hand
alpha = 0.3
level = train.iloc[0]
levels = []
for v in train:
    level = alpha * v + (1 - alpha) * level
    levels.append(level)
levels = pd.Series(levels, index=train.index)

# %%
def ses(series, alpha):
    level = series.iloc[0]
    for v in series:
        level = alpha * v + (1 - alpha) * level
    return level

best = None
for a in np.arange(0.1, 1.0, 0.1):
    e = mape(test, pd.Series(ses(train, a), index=test.index))
    if best is None or e < best[1]:
        best = (round(float(a), 1), e)
errors['ses'] = best[1]
best

# %%
err = pd.Series(errors).sort_values()
print(err.round(2).to_string())

# %%
winner = err.index[0]
fc = test.to_frame('actual')
fc['pred'] = pred
fc['diff'] = fc.actual - fc.pred
fc.head()

# %%
ax = fc[['actual', 'pred']].plot()
ax.set_title(f'winner: {winner}')
plt.show()

# %%
peaks = daily[daily > daily.mean() + daily.std()]
gap = peaks.index.to_series().diff().dropna().dt.days
last_day = daily.index[-1] + timedelta(days=1)
print(len(peaks), 'peaks until', last_day.date())
