# %%
import decimal

import house

# %%
# %%shared
house.init(4)
house.note("set up")

# %%
# %%step one
third = decimal.Decimal(1) / 3
seen = list(house.SEEN)

# %%
# %%step two
print(third, seen, house.slow(3), decimal.Decimal(2) / 3)

# %%
# %%step three
print(house.slow(3) + house.slow(4))
