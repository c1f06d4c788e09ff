# %% [markdown]
# # NumPy functions that write into their argument

# %%
import numpy as np

# %%
# %%step make
image = np.zeros((3, 4))
row = image[1]
flat = image.ravel()
counts = np.zeros(3, dtype=int)
print(image.base is None, row.base is image)

# %%
# %%step write
np.copyto(row, 7)
np.add.at(counts, [0, 0, 2], 1)
np.put(image, [0, 5], [1, 2])
print(counts)

# %%
# %%step out
np.multiply(image, 10, out=image)
print(row, flat)

# %%
# %%step clip
image.clip(0, 50, out=image)
image.resize((3, 4), refcheck=False)
flat[-1] = -1
print(image)

# %%
# %%step end
print(row.sum(), counts.sum(), flat[-1], image[2, 3])
