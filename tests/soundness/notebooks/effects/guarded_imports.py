# %% [markdown]
# # Imports that may fail, star imports, and a switch at the top

# %%
from math import *

try:
    import no_such_library as fast
except ImportError:
    fast = None

HAS_FAST = fast is not None
DEBUG = False

if DEBUG:
    LEVEL = "debug"
else:
    LEVEL = "info"

# %%
# %%step compute
area = pi * floor(2.5) ** 2
print(round(area, 3), HAS_FAST)

# %%
# %%step late_import
import statistics

print(LEVEL, statistics.mean([1, 3]))

# %%
# %%step later
print(statistics.median([1, 2, 9]), round(sqrt(area), 3))
