# %% [markdown]
# # A later step writes into an array over a file
# refused: run: open the file again in step 'b'
# refused: kernel: is read-only
# refused: restart: is read-only
# refused: script: is read-only

# %%
import numpy as np

# %%
# %%step a
mm = np.memmap("mm.dat", dtype="float64", mode="w+", shape=(4,))
mm[:] = 1
print(mm.sum())

# %%
# %%step b
mm[0] = 5
print(float(mm.mean()))
