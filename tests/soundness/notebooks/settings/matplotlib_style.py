# %% [markdown]
# # rcParams and a style
# refused: script: a script would do this before step

# %%
import matplotlib.pyplot as plt

plt.style.use("ggplot")
plt.rcParams["figure.figsize"] = (4, 3)
plt.rcParams.update({"font.size": 7})

# %%
# %%step plot
fig, ax = plt.subplots()
ax.plot([1, 2, 3])
print(fig.get_size_inches(), ax.get_facecolor())
plt.close(fig)
del fig, ax

# %%
plt.rcParams["lines.linewidth"] = 5

# %%
# %%step line
print(plt.rcParams["lines.linewidth"], plt.rcParams["font.size"])
(line,) = plt.plot([1, 2])
print(line.get_linewidth())
plt.close("all")
del line
