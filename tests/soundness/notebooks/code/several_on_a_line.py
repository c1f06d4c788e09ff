# %% [markdown]
# # Several statements on a line

# %%
import os; import sys; LIMITS = [1]; LIMITS.append(2)
def limit(): return LIMITS[-1]; unused = 1

# %%
# %%step one
x = 1; import json; from math import pi; import re as regex; y = 2
class Box: size = x; other = 3
print(json.dumps([x, y]), pi > 3)

# %%
# %%step two
if x: import math
def double(n): return n * 2
import textwrap; box = Box(); z = double(x); import json; import json
print(textwrap.shorten("one two three", 9), box.size, z, math.floor(2.5))

# %%
# %%step three
y += 1; x = [x]; x.append(limit()); print(x, y)
print(json.dumps(x), regex.escape("."), textwrap.dedent(" a"), isinstance(box, Box), double(2), os.sep, sys.maxsize > 0)
