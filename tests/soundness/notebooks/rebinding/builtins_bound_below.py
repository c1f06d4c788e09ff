# %%
def total(x):
    return sum(x)
# %%
# %%step a
# refused: script: a script would do this before step 'a'
print(sum([1, 2]), max(1, 2), round(2.5), total([1]))
# %%
def sum(x):
    return "mine"
# %%
# %%step b
print(sum([1, 2]), total([1]), type(max([1, 2])).__name__)
# %%
from numpy import *
# %%
# %%step c
print(type(max([1, 2])).__name__, type(sum([1, 2])).__name__, type(round(2.5)).__name__)
