# %% [markdown]
# # Options that a cell reads, and changes below

# %%
import decimal
import math

import pandas as pd

# %%
rows, pd.options.display.max_rows = pd.options.display.max_rows, 7
precision = decimal.getcontext().prec
decimal.getcontext().prec = 5
root = math.sqrt
math.sqrt = lambda value: root(value) + 1
digits = pd.options.display.precision
pd.options.display.precision = 2

# %%
# %%step one
total = digits + precision
print(total, math.sqrt(4))

# %%
# %%step two
print(total, digits, precision, root(9), decimal.Decimal(1) / 7)

# %%
# %%step three
print(total + digits, math.sqrt(16))
