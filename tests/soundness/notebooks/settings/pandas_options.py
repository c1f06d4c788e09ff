# %% [markdown]
# # How pandas prints
# refused: script: a script would do this before step

# %%
import numpy as np
import pandas as pd

pd.set_option("display.max_rows", 4)
pd.options.display.precision = 2
np.set_printoptions(precision=3, suppress=True)

# %%
# %%step table
df = pd.DataFrame({"x": np.linspace(0, 1, 7)})
print(df)

# %%
# %%step array
print(np.array([1.23456789, 1e-9]))

# %%
pd.reset_option("display.max_rows")

# %%
# %%step whole
print(df)
print(pd.get_option("display.max_rows"))
