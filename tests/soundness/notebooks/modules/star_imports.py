# %%
from math import *
from numpy import *

# %%
# %%step a
from statistics import *
from fractions import *
x = sqrt(array([4.0, 9.0]))
half = Fraction(1, 2)
print(x, mean([1, 2]), sum([[1, 2], [3, 4]]), half)

# %%
from math import floor

# %%
# %%step b
y = floor(x[1] / 2)
print(y, median([1, 5, y]), pi > e, half + 1)

# %%
# %%step c
def area(r):
    return pi * r ** 2
z = round(area(y), 3)
print(z, min([3, 1]), abs(-2.0))
