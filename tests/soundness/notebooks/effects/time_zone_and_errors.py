# %% [markdown]
# # A time zone, floating point errors, and a default of the json module
# refused: script: a script would do this before step

# %%
import os
import time
from datetime import datetime

import numpy as np

os.environ["TZ"] = "Asia/Tokyo"
time.tzset()
np.seterr(all="raise")

# %%
# %%step when
print(datetime.fromtimestamp(0).hour)

# %%
# %%step divide
try:
    result = float(np.float64(1) / np.float64(0))
except FloatingPointError:
    result = "refused"
print(result)

# %%
np.seterr(divide="ignore")

# %%
# %%step again
print(np.float64(1) / np.float64(0), result)
