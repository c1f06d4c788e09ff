# %% [markdown]
# # Draws that hide in functions

# %%
import random


def jitter(value):
    return value + random.uniform(-1, 1)


# %%
random.seed("tuesday")

# %%
# %%step a
a = jitter(10)
print(round(a, 6))

# %%
# %%step b
b = [round(jitter(x), 6) for x in range(2)]
print(b)

# %%
random.seed(1)

# %%
# %%step c
print(round(jitter(0), 6), a > 0)
