# %% [markdown]
# # Two names for one list

# %%
import numpy as np

WINDOW = 3

# %%
# %%step load
readings = [1.0, 2.5, 4.0]
print(len(readings), WINDOW)

# %%
# %%step backlog
queue = readings
print(queue is readings)

# %%
# %%step summary
print(np.mean(readings), queue)

# %%
print(readings, queue)
