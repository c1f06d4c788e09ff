# A star import further down hides what stands above it, for the steps below it only.

# %%
from math import *

# %%
def trapezoid(x):
    return 7 + sin(x)

# %%
# %%step above
x = trapezoid(0.0)
print(x, round(pi, 3), sqrt(4))

# %%
from numpy import *

# %%
# %%step below
y = linspace(0, 1, 3)
print(y, sin(y)[0], trapezoid(y))
