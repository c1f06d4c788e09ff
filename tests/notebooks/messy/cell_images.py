# %%
# %matplotlib inline
import numpy as np, matplotlib.pyplot as plt
from scipy import ndimage as ndi
from PIL import Image
import glob, os, io

# %%
plt.rcParams['image.cmap'] = 'gray'
np.set_printoptions(precision=3, suppress=True)

# %% [markdown]
# ## make an image
# TODO replace by the microscope tif

# %%
rng = np.random.default_rng(0)
img = np.zeros((128, 128))
yy, xx = np.mgrid[:128, :128]
centres = rng.integers(12, 116, size=(14, 2))
for cy, cx in centres:
    r = rng.uniform(4, 8)
    img += np.exp(-((yy - cy) ** 2 + (xx - cx) ** 2) / (2 * r ** 2 / 3))
img = img / img.max()

# %%
plt.imshow(img); plt.axis('off')

# %%
noisy = img + rng.normal(0, .08, img.shape)
noisy = np.clip(noisy, 0, 1)
noisy.min(), noisy.max()

# %%
view = noisy[:20, :20]
view[:] = view.mean()      # dead corner of the sensor
plt.imshow(noisy)
plt.colorbar()
plt.show()

# %%
# !ls *.png 2>/dev/null | wc -l

# %%
Image.fromarray((noisy * 255).astype('uint8')).save('noisy.png')
im = np.asarray(Image.open('noisy.png')) / 255.
im.shape, im.dtype

# %%
def show(*ims, titles=None):
    fig, axs = plt.subplots(1, len(ims), figsize=(3 * len(ims), 3))
    for k, (a, i) in enumerate(zip(np.atleast_1d(axs), ims)):
        a.imshow(i)
        a.set_title(titles[k] if titles else '')
        a.axis('off')
    plt.show()

# %%
smooth = ndi.gaussian_filter(im, 2)
med = ndi.median_filter(im, 5)
show(im, smooth, med, titles=['raw', 'gauss', 'median'])

# %%
def otsu(a, bins=64):
    h, e = np.histogram(a, bins)
    c = (e[1:] + e[:-1]) / 2
    w1, w2 = np.cumsum(h), np.cumsum(h[::-1])[::-1]
    m1 = np.cumsum(h * c) / np.maximum(w1, 1)
    m2 = (np.cumsum((h * c)[::-1]) / np.maximum(w2[::-1], 1))[::-1]
    return c[np.argmax(w1[:-1] * w2[1:] * (m1[:-1] - m2[1:]) ** 2)]

th = otsu(smooth)
th

# %%
mask = smooth > th
mask = ndi.binary_opening(mask, iterations=1)
lab, n = ndi.label(mask)
print(n, 'objects')

# %%
show(mask, lab)

# %%
areas = ndi.sum(mask, lab, range(1, n + 1))
areas

# %%
# throw the small ones away
for k, a in enumerate(areas, 1):
    if a < 20:
        mask[lab == k] = False
lab, n = ndi.label(mask)
areas = ndi.sum(mask, lab, range(1, n + 1))

# %%
com = np.array(ndi.center_of_mass(smooth, lab, range(1, n + 1)))
plt.imshow(im)
plt.plot(com[:, 1], com[:, 0], 'r+')
plt.show()

# %%
# %%time
edges = np.hypot(ndi.sobel(smooth, 0), ndi.sobel(smooth, 1))
edges /= edges.max()
show(edges)

# %%
tmp = com[:, None] - com[None]
dist = np.sqrt((tmp ** 2).sum(-1))
np.fill_diagonal(dist, np.inf)
nearest = dist.min(1)
nearest.mean()

# %%
stats = np.c_[areas, nearest]
order = stats[:, 0].argsort()[::-1]
stats = stats[order]
stats[:3]

# %%
patches = []
for y, x in com.astype(int):
    p = im[max(y - 8, 0):y + 8, max(x - 8, 0):x + 8]
    if p.shape == (16, 16):
        patches.append(p)
mean_patch = np.mean(patches, axis=0)
plt.imshow(mean_patch)

# %%
buf = io.BytesIO()
np.save(buf, lab.astype('uint8'))
raw = buf.getvalue()
len(raw)

# %%
os.remove('noisy.png')
left = glob.glob('*.png')
left
