# %%
# video of the falling ball, frames made by hand because camera broken
import numpy as np
from PIL import Image
import os, glob

os.makedirs("frames", exist_ok=True)
g_true, fps = 9.81, 50
for k in range(8):
    y = 5 + 0.5*g_true*(k/fps)**2 * 100
    im = np.zeros((80, 40), np.uint8)
    im[int(y)-3:int(y)+4, 17:24] = 250
    Image.fromarray(im).save(f"frames/{k:03d}.png")

# %%
files = sorted(glob.glob("frames/*.png")); len(files)

# %%
stack = np.stack([np.asarray(Image.open(f)) for f in files])
print(stack.shape, stack.dtype)

# %%
def centroid(im):
    yy, xx = np.nonzero(im > 100)
    return yy.mean(), xx.mean()
track = np.array([centroid(f) for f in stack])
track[:3]

# %%
t = np.arange(len(track)) / fps
c2, c1, c0 = np.polyfit(t, track[:, 0] / 100, 2)
print("g =", round(2*c2, 2))

# %%
# background subtraction. integers!
bg = np.median(stack, axis=0).astype(np.int16)
diff = stack.astype(np.int16) - bg
diff[diff < 0] = 0
stack = diff.astype(np.uint8)
stack.sum(axis=(1, 2))

# %%
f0 = stack[0]
f0[:, :10] = 99
print(stack[0, 0, :12])

# %%
v = np.diff(track[:, 0]) * fps / 100
a = np.diff(v) * fps
print(v.round(3), a.mean().round(3))

# %%
thumb = Image.fromarray(stack[-1]).resize((20, 40)).rotate(90, expand=True)
thumb.size, np.asarray(thumb).sum()
