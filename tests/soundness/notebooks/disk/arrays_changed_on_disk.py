# %% [markdown]
# # Arrays on disk, one of them changed through memory

# %%
import numpy as np
from pathlib import Path

D = Path("arrays")
D.mkdir(exist_ok=True)

# %%
# %%step make
a = np.arange(6).reshape(2, 3)
np.save(D / "a", a)
np.savez(D / "both", a=a, b=a * 2)
np.savetxt("a.txt", a, fmt="%d")
a.tofile("a.bin")
print(a.sum())

# %%
# %%step change
a[0, 0] = 100
print(a.sum())

# %%
# %%step load
b = np.load("arrays/a.npy")
with np.load(D / "both.npz") as z:
    total = int(z["b"].sum())
print(b.sum(), total, np.loadtxt("a.txt").sum(), np.fromfile("a.bin", dtype=b.dtype).sum())

# %%
# %%step mapped
m = np.load(D / "a.npy", mmap_mode="r+")
m[0, 0] = 50
m.flush()
del m
print(np.load(D / "a.npy").sum())

# %%
# %%step after
print(np.load(D / "a.npy").sum(), b.sum())
