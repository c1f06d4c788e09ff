# %% [markdown]
# # Counting cells in a micrograph
# Test image made here; the real ones are on the microscope PC.

# %%
# %matplotlib inline
import numpy as np
import matplotlib.pyplot as plt
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage as ndi

# %%
np.random.seed(12)
img = Image.new("L", (120, 120), 20)
draw = ImageDraw.Draw(img)
for _ in range(12):
    x, y = np.random.randint(10, 110, 2)
    r = np.random.randint(3, 7)
    draw.ellipse([x-r, y-r, x+r, y+r], fill=int(np.random.randint(120, 255)))
img = img.filter(ImageFilter.GaussianBlur(1))
img.save("cells.png")
img

# %%
im = np.array(Image.open("cells.png"))
im.shape, im.dtype, im.min(), im.max()

# %%
plt.hist(im.ravel(), bins=32, log=True);

# %%
noisy = im + np.random.normal(0, 5, im.shape)
smooth = ndi.gaussian_filter(noisy, 1)
print(smooth.mean().round(4))

# %%
def otsu(a):
    hist, edges = np.histogram(a, bins=64)
    mids = (edges[:-1] + edges[1:]) / 2
    w1 = np.cumsum(hist); w2 = np.cumsum(hist[::-1])[::-1]
    m1 = np.cumsum(hist * mids) / np.maximum(w1, 1)
    m2 = (np.cumsum((hist * mids)[::-1]) / np.maximum(np.cumsum(hist[::-1]), 1))[::-1]
    var = w1[:-1] * w2[1:] * (m1[:-1] - m2[1:]) ** 2
    return mids[np.argmax(var)]

thr = otsu(smooth)
mask = smooth > thr
thr

# %%
labels, n = ndi.label(mask)
print(n, "objects")

# %%
sizes = ndi.sum(mask, labels, range(1, n + 1))
centers = ndi.center_of_mass(mask, labels, range(1, n + 1))
sizes

# %%
small = sizes < 30
for k in np.where(small)[0]:
    mask[labels == k + 1] = False
labels, n = ndi.label(mask)
print(n, mask.sum())

# %%
crop = im[40:80, 40:80]
crop[:] = 255 - crop
plt.imshow(im, cmap="gray")
plt.scatter(*zip(*[(c[1], c[0]) for c in centers]), c="r", s=4)
plt.show()

# %%
print(im[60, 60], im.sum(), crop.mean())
