# %% [markdown]
# # Steps that import what they draw with

# %%
# %%step first
import random


def roll():
    return random.randint(1, 6)


random.seed(4)
x = roll()
print(x)

# %%
# %%step second
print(roll(), random.random())

# %%
# %%step third
import random as dice

print(dice.random(), [roll() for _ in range(3)])

# %%
# %%step fourth
from random import choice

print(choice(range(100)))
