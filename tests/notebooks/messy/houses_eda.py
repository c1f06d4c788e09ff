# %% [markdown]
# # House prices - first look
# quick & dirty, clean up later!!

# %%
import os, sys
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import warnings
warnings.filterwarnings('ignore')
# %matplotlib inline

# %%
pd.set_option('display.max_columns', 50)
pd.options.display.float_format = '{:,.2f}'.format
plt.rcParams['figure.figsize'] = (6, 3)
try:
    import seaborn as sns
    sns.set_style('whitegrid')
except ImportError:
    sns = None

# %%
# the real file is on the share, fake one for now
np.random.seed(42)
n = 400
fake = pd.DataFrame({
    'Area': np.random.normal(120, 35, n).round(1),
    'Rooms': np.random.randint(1, 7, n),
    'City': np.random.choice(['Bern', 'Basel', 'Genf', None], n, p=[.4, .3, .25, .05]),
    'Year': np.random.randint(1900, 2020, n),
})
fake['Price'] = 2500 * fake.Area + 18000 * fake.Rooms + np.random.normal(0, 30000, n)
fake.loc[np.random.choice(n, 25, replace=False), 'Year'] = np.nan
fake.to_csv('houses.csv', index=False)

# %%
# !ls *.csv

# %%
# %%time
df = pd.read_csv('houses.csv')

# %%
df.head()

# %%
df.info()

# %%
df.isnull().sum()

# %% [markdown]
# ## Cleaning

# %%
df.columns = [c.lower() for c in df.columns]
df['city'] = df['city'].fillna('unknown')
med = df.year.median()
df.year.fillna(med)

# %%
df['year'] = df['year'].fillna(med)
df = df[df.area > 20]
df = df[df['price'] > 0].reset_index(drop=True)
print(df.shape)

# %%
df['city'].value_counts().plot(kind='bar');

# %%
def add_features(d):
    d = d.copy()
    d['age'] = THIS_YEAR - d['year']
    d['price_m2'] = d['price'] / d['area']
    return d

THIS_YEAR = 2024

# %%
df2 = add_features(df)
df2.describe()

# %%
tmp = df2.groupby('city')['price_m2'].agg(['mean', 'median', 'count'])
tmp

# %%
tmp = tmp.sort_values('mean', ascending=False)
best_city = tmp.index[0]
best_city

# %%
fig, axes = plt.subplots(1, 2, figsize=(8, 3))
for ax, col in zip(axes, ['area', 'price']):
    ax.hist(df2[col], bins=20)
    ax.set_title(col)
plt.tight_layout()
plt.show()

# %% [markdown]
# ## Outliers
# IQR as always

# %%
q1, q3 = df2['price_m2'].quantile([.25, .75])
iqr = q3 - q1
mask = (df2.price_m2 < q1 - 1.5 * iqr) | (df2.price_m2 > q3 + 1.5 * iqr)
df2['outlier'] = mask
print('outliers:', mask.sum(), 'of', len(df2))

# %%
df2[df2.outlier].head(3)

# %%
df2.drop(df2[mask].index, inplace=True)

# %%
corr = df2.select_dtypes('number').corr()
plt.imshow(corr, vmin=-1, vmax=1, cmap='coolwarm')
plt.xticks(range(len(corr)), corr.columns, rotation=90)
plt.colorbar()

# %%
tmp = df2.copy()
tmp['decade'] = (tmp['year'] // 10 * 10).astype(int)
piv = tmp.pivot_table(index='decade', columns='city', values='price', aggfunc='mean')
piv.tail()

# %%
# old version, gives the same
# tmp = df2.assign(decade=...)
# df2 = pd.read_csv('houses_clean.csv')

# %%
piv = piv.fillna(0)
del tmp
top = df2.nlargest(5, 'price')[['city', 'price', 'age']]
top

# %%
df2.to_csv('houses_clean.csv', index=False)
size = os.path.getsize('houses_clean.csv')
print('written', size > 0)
