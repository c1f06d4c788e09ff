# %% [markdown]
# # Decimal precision and a locale
# refused: script: a script would do this before step

# %%
import decimal
import locale
from decimal import Decimal

decimal.getcontext().prec = 6

# %%
locale.setlocale(locale.LC_ALL, "C")

# %%
# %%step divide
third = Decimal(1) / Decimal(3)
print(third)

# %%
# %%step numbers
print(locale.localeconv()["decimal_point"], third * 3)

# %%
decimal.getcontext().prec = 3

# %%
# %%step short
print(Decimal(2) / Decimal(7), third)
