# %% [markdown]
# # Store demand forecasting

# %%
import pandas as pd
import numpy as np
from datetime import datetime, timedelta
import matplotlib.pyplot as plt
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error as mae
import itertools
import warnings; warnings.simplefilter('ignore')

# %%
START = datetime(2022, 1, 1)
HORIZON = 14
LAGS = [1, 2, 7, 14]

# %%
np.random.seed(0)
dates = [START + timedelta(days=i) for i in range(200)]
frames = []
for store, item in itertools.product(range(2), range(2)):
    base = 20 + 5 * store + 3 * item
    y = base + 4 * np.sin(np.arange(200) * 2 * np.pi / 7) + np.random.normal(0, 1, 200)
    frames.append(pd.DataFrame({'date': dates, 'store': store, 'item': item, 'sales': y.round(2)}))
df = pd.concat(frames, ignore_index=True)
df.tail()

# %%
def expand_df(df):
    data = df.copy()
    data['day'] = data.date.dt.dayofweek
    data['month'] = data.date.dt.month
    return data

df = expand_df(df)
display(df.head(2))
print(df.groupby('day').sales.mean().round(2).to_dict())

# %%
for lag in LAGS:
    df[f'lag_{lag}'] = df.groupby(['store', 'item'])['sales'].shift(lag)
df['roll_7'] = df.groupby(['store', 'item'])['sales'].transform(lambda s: s.shift(1).rolling(7).mean())
df = df.dropna()

# %%
cutoff = df.date.max() - pd.Timedelta(days=HORIZON)
train, valid = df[df.date <= cutoff], df[df.date > cutoff]
feats = [c for c in df.columns if c.startswith(('lag', 'roll'))] + ['store', 'item', 'day']
print(train.shape, valid.shape, feats)

# %%
def smape(a, f):
    return 100 / len(a) * np.sum(2 * np.abs(f - a) / (np.abs(a) + np.abs(f)))

model = Ridge().fit(train[feats], train['sales'])
pred = model.predict(valid[feats])
print('MAE %.3f  SMAPE %.3f' % (mae(valid.sales, pred), smape(valid.sales, pred)))

# %%
naive = valid['lag_7']
print('naive', round(smape(valid.sales, naive), 3))

# %%
valid = valid.assign(pred=pred)
sub = valid.query('store == 0 and item == 1').set_index('date')
sub[['sales', 'pred']].plot(figsize=(10, 3))
plt.show()

# %%
best = None
for alpha in [.01, .1, 1, 10]:
    model = Ridge(alpha=alpha).fit(train[feats], train['sales'])
    s = smape(valid.sales, model.predict(valid[feats]))
    if best is None or s < best[0]:
        best = (s, alpha)
best

# %%
print('best alpha', best[1], 'last model', model.alpha)
weekly = df.set_index('date').groupby('store').resample('W')['sales'].sum().unstack(0)
print(weekly.round(1).tail(2))
