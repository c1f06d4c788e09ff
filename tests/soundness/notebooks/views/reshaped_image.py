# %% [markdown]
# # Pixels seen as rows and as a flat array

# %%
import numpy as np

SHAPE = (4, 3)

# %%
# %%step image
pixels = np.zeros(12, dtype=int)
image = pixels.reshape(SHAPE)
red = image[:, 0]
print(image.shape, red.shape)

# %%
# %%step paint
red[:] = 255
print(pixels)

# %%
# %%step border
image[-1] = 9
print(red)

# %%
# %%step transpose
turned = image.T
turned[1, 1] = 77
print(image)

# %%
# %%step count
print((pixels == 255).sum(), (pixels == 9).sum(), (pixels == 77).sum())
