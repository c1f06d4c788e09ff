# %% [markdown]
# # A figure that is saved, and its size

# %%
from pathlib import Path

import matplotlib.pyplot as plt

# %%
# %%step draw
values = [3, 1, 2]
plt.plot(values)
plt.title("three values")
plt.savefig("plot.png")
plt.close("all")
print(max(values))

# %%
# %%step look
picture = plt.imread("plot.png")
print(picture.ndim, Path("plot.png").stat().st_size > 1000)
