# %% [markdown]
# # Using the Image class

# %%
from PIL import Image, ImageOps, ImageEnhance, ImageDraw
import numpy as np
from io import BytesIO

# %%
im = Image.new("RGB", (64, 48), (200, 80, 40))
draw = ImageDraw.Draw(im)
draw.rectangle([8, 8, 30, 30], fill="navy")
draw.line([0, 47, 63, 0], fill=(255, 255, 255), width=2)
im.save("lena.ppm")
im

# %%
print(im.format, im.size, im.mode)

# %%
im = Image.open("lena.ppm")
print(im.format, im.size, im.mode)

# %%
box = (8, 8, 24, 24)
region = im.crop(box)
region = region.transpose(Image.Transpose.ROTATE_180)
im.paste(region, box)
np.asarray(im).sum()

# %%
r, g, b = im.split()
im = Image.merge("RGB", (b, g, r))
im.getpixel((0, 0))

# %%
def roll(im, delta):
    """Roll an image sideways."""
    xsize, ysize = im.size
    delta = delta % xsize
    if delta == 0:
        return im
    part1 = im.crop((0, 0, delta, ysize))
    part2 = im.crop((delta, 0, xsize, ysize))
    im.paste(part1, (xsize - delta, 0, xsize, ysize))
    im.paste(part2, (0, 0, xsize - delta, ysize))
    return im

rolled = roll(im, 10)
rolled is im, rolled.getpixel((60, 20))

# %%
grey = ImageOps.grayscale(im)
out = grey.point(lambda i: i * 1.2)
mask = out.point(lambda i: 255 if i > 100 else 0)
np.bincount(np.asarray(mask).ravel())[[0, 255]]

# %%
enh = ImageEnhance.Contrast(im)
bright = enh.enhance(1.3)
a = np.array(bright)
a[..., 0] = 0
print(a.mean().round(4), np.asarray(bright).mean().round(4))

# %%
buffer = BytesIO()
bright.save(buffer, "PNG")
again = Image.open(BytesIO(buffer.getvalue()))
again.size, again.format, buffer.tell() > 100

# %%
im.thumbnail((16, 16))
sizes = [x.size for x in (im, rolled, bright)]
print(sizes)
