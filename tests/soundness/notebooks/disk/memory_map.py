# %% [markdown]
# # A memory map that each step opens for itself

# %%
import numpy as np

# %%
# %%step a
mm = np.memmap("mm.dat", dtype="float64", mode="w+", shape=(4,))
mm[:] = 1
mm.flush()
print(mm.sum())

# %%
# %%step b
print(float(mm.mean()))
mm = np.memmap("mm.dat", dtype="float64", mode="r+", shape=(4,))
mm[0] = 5
mm.flush()

# %%
# %%step c
print(np.memmap("mm.dat", dtype="float64", mode="r", shape=(4,)).sum(), np.fromfile("mm.dat").sum(), mm.sum())
