# %% [markdown]
# # Masks copy, slices do not

# %%
import numpy as np

# %%
# %%step data
ages = np.array([12, 45, 33, 8, 70])

# %%
# %%step select
adults = ages[ages >= 18]
first_two = ages[:2]
print(adults, first_two)

# %%
# %%step birthday
adults += 1
first_two += 1
print(adults)

# %%
# %%step result
print(ages)
print(np.shares_memory(ages, first_two), np.shares_memory(ages, adults))
