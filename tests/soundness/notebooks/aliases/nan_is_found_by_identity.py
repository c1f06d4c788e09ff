# %% [markdown]
# # A NaN equals nothing: lists and dicts find it because it is the same object

# %%
import math
from collections import Counter

import numpy as np
import pandas as pd

# %%
# %%step collect
words = {np.nan: "missing", "a": "A"}
cells = ["a", np.nan, math.nan]
counts = Counter(["a", np.nan, np.nan])
missing = np.nan
frame = pd.DataFrame({"word": np.array(["a", np.nan], dtype=object)})
own = float("nan")
rows = [own, 1.0]
keys = {own, 2.0}
far = np.float64("nan")
readings = (far, 1)

# %%
# %%step look
print(words.get(np.nan), np.nan in cells, math.nan in cells, cells.index(np.nan), counts[np.nan])
print(missing is np.nan, [one for one in cells if one is not np.nan and one is not math.nan])
print([words.get(one) for one in frame.word], frame.word.iloc[1] is np.nan)
print(own in rows, own in keys, rows[0] is own, far in readings)
counts[np.nan] += 1
keys.add(own)
rows.append(own)

# %%
# %%step look_again
print(len(counts), counts[np.nan], len(keys), rows.count(own), rows[0] is rows[2], own in rows)
