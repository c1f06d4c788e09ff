# %% [markdown]
# # A writable diagonal and a broadcast

# %%
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# %%
# %%step series
x = np.arange(6)
windows = sliding_window_view(x, 3)
print(windows.shape)

# %%
# %%step shift
x[2] = 50
print(windows.max(axis=1))

# %%
# %%step eye
m = np.eye(3)
corner = m[1:, 1:]

# %%
# %%step set_diagonal
np.fill_diagonal(corner, 5)
print(m)

# %%
# %%step ends
m.sort(axis=0)
print(corner)
