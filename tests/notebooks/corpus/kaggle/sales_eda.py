# %% [markdown]
# <h1 style="color:teal">Sales EDA</h1>
#
# 1. Load
# 2. Clean
# 3. Plot

# %% _uuid="8f2839f25d086af736a60e9eeb907d3b93b6e0e5"
import numpy as np, pandas as pd, matplotlib.pyplot as plt, io, re

# %%
csv = """date,store,item,price,qty
2023-01-02,A,apple,$1.20,10
2023-01-02,B,apple,$1.10,7
2023-01-03,A,pear,$2.00,3
2023-01-05,A,apple,$1.25,
2023-01-09,B,pear,$2.10,4
2023-02-01,B,plum,n/a,5
2023-02-03,A,plum,$0.50,20
2023-02-14,C,apple,$1.30,11
2023-03-01,C,pear,$1.95,2
2023-03-01,C,pear,$1.95,2
"""
df = pd.read_csv(io.StringIO(csv))
df

# %%
df.shape

# %%
df.dtypes

# %%
df = df.drop_duplicates()
df['price'] = pd.to_numeric(df['price'].str.replace('$', '', regex=False), errors='coerce')

# %%
df['price'] = df.groupby('item')['price'].transform(lambda s: s.fillna(s.mean()))
df.qty.fillna(0, inplace=False)
df = df.fillna({'qty': df.qty.median()})
print(df)

# %%
df['date'] = pd.to_datetime(df['date'])
df['revenue'] = df.price * df.qty

# %%
monthly = df.set_index('date').resample('MS')['revenue'].sum()
monthly

# %%
monthly.plot(kind='bar', title='Revenue per month'); plt.show()

# %%
pivot = df.pivot_table(index='store', columns='item', values='revenue', aggfunc='sum', fill_value=0)
print(pivot.round(2))

# %%
stores = pd.DataFrame({'store': list('ABD'), 'city': ['Ulm', 'Bonn', 'Kiel']})
merged = df.merge(stores, on='store', how='left', indicator=True)
merged._merge.value_counts()

# %%
merged['city'] = merged['city'].astype(object).where(merged.city.notna(), 'unknown')
top = merged.groupby('city').revenue.sum().nlargest(2)
print(top)

# %%
df['weekday'] = df.date.dt.day_name()
df.weekday.value_counts().sort_index()

# %%
for item, g in df.groupby('item'):
    print(item, len(g), round(g.revenue.mean(), 2))

# %%
g

# %%
df.to_csv('clean.csv', index=False)
print(pd.read_csv('clean.csv').revenue.sum().round(2))
