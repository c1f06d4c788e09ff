# %%
# %matplotlib inline

# %% [markdown]
#
# # Colormaps, styles and subplots
#
# Demonstrates the object-oriented interface.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import cm
from matplotlib.ticker import MaxNLocator

plt.style.use("seaborn-v0_8-whitegrid")
plt.rcParams["figure.figsize"] = 6, 3

# %%
t = np.arange(0.0, 2.0, 0.01)
s = 1 + np.sin(2 * np.pi * t)

fig, ax = plt.subplots()
ax.plot(t, s)
ax.set(xlabel="time (s)", ylabel="voltage (mV)", title="About as simple as it gets, folks")
ax.grid()

fig.savefig("test.png")
plt.show()

# %%
print(fig.axes[0].get_title())

# %% [markdown]
# Several axes in one figure

# %%
fig, axs = plt.subplots(2, 2, sharex=True)
for i, ax in enumerate(axs.flat):
    ax.plot(t, np.sin((i + 1) * t), color=cm.viridis(i / 4))
    ax.yaxis.set_major_locator(MaxNLocator(3))
fig.tight_layout()

# %%
def my_plotter(ax, data1, data2, param_dict):
    """
    A helper function to make a graph.
    """
    out = ax.plot(data1, data2, **param_dict)
    return out

# %%
data1, data2, data3, data4 = np.random.RandomState(0).randn(4, 100)
fig, (ax1, ax2) = plt.subplots(1, 2, figsize=(5, 2.7))
my_plotter(ax1, data1, data2, {"marker": "x"})
my_plotter(ax2, data3, data4, {"marker": "o"});

# %%
np.histogram(data1, bins=5)[0]

# %%
labels = ["G1", "G2", "G3"]
men_means, women_means = [20, 34, 30], [25, 32, 34]
x = np.arange(len(labels))
width = 0.35

fig, ax = plt.subplots()
rects1 = ax.bar(x - width / 2, men_means, width, label="Men")
rects2 = ax.bar(x + width / 2, women_means, width, label="Women")
ax.set_xticks(x, labels)
ax.legend()
ax.bar_label(rects1, padding=3)
plt.show()

# %%
print(plt.rcParams["figure.figsize"], [r.get_height() for r in rects1])
plt.close("all")
