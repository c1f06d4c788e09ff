# %% [markdown]
# # Chapter 10: Group operations

# %%
import numpy as np
import pandas as pd
PREVIOUS_MAX_ROWS = pd.options.display.max_rows
pd.options.display.max_rows = 20
np.random.seed(12345)
import matplotlib.pyplot as plt
plt.rc('figure', figsize=(10, 6))
np.set_printoptions(precision=4, suppress=True)

# %%
df = pd.DataFrame({'key1' : ['a', 'a', 'b', 'b', 'a'],
                   'key2' : ['one', 'two', 'one', 'two', 'one'],
                   'data1' : np.random.randn(5),
                   'data2' : np.random.randn(5)})
df

# %%
grouped = df['data1'].groupby(df['key1'])
grouped

# %%
grouped.mean()

# %%
means = df['data1'].groupby([df['key1'], df['key2']]).mean()
means

# %%
means.unstack()

# %%
for name, group in df.groupby('key1'):
    print(name)
    print(group)

# %%
pieces = {name: group for name, group in df.groupby('key1')}
pieces['b']

# %%
pieces['b'].loc[2, 'data1'] = 0
df.data1.abs().min() > 0

# %%
def peak_to_peak(arr):
    return arr.max() - arr.min()
df.groupby('key1')[['data1', 'data2']].agg(peak_to_peak)

# %%
def top(df, n=2, column='data2'):
    return df.sort_values(by=column)[-n:]
top(df)

# %%
print(df.groupby('key1', group_keys=False)[['key2', 'data1', 'data2']].apply(top, n=1))

# %% [markdown]
# ### Random sampling

# %%
# Hearts, Spades, Clubs, Diamonds
suits = ['H', 'S', 'C', 'D']
card_val = (list(range(1, 11)) + [10] * 3) * 4
base_names = ['A'] + list(range(2, 11)) + ['J', 'K', 'Q']
cards = []
for suit in ['H', 'S', 'C', 'D']:
    cards.extend(str(num) + suit for num in base_names)

deck = pd.Series(card_val, index=cards)

# %%
deck[:13]

# %%
def draw(deck, n=5):
    return deck.sample(n)
print(draw(deck))

# %%
get_suit = lambda card: card[-1] # last letter is suit
deck.groupby(get_suit).apply(draw, n=2).sum()

# %%
fill_values = {'a': 0.5, 'b': -1}
df.loc[df.data2 > 0, 'data2'] = np.nan
filled = df.groupby('key1')['data2'].transform(lambda g: g.fillna(fill_values[g.name]))
print(filled)

# %%
pd.options.display.max_rows = PREVIOUS_MAX_ROWS
