# %% [markdown]
# # A figure that several cells draw on

# %%
import matplotlib.pyplot as plt

# %%
# %%step make
fig, axes = plt.subplots(1, 2)
left, right = axes
left.plot([1, 2, 3])
print(len(fig.axes))

# %%
# %%step title
left.set_title("left")
fig.suptitle("both")
print(left.get_title())

# %%
# %%step more
right.plot([3, 1])
right.plot([2, 2])
print(axes[0].get_title(), len(axes[1].lines))

# %%
# %%step end
print(fig.axes[0].get_title(), [len(a.lines) for a in fig.axes], fig._suptitle.get_text())
plt.close("all")
