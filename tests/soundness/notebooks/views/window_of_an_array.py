# %% [markdown]
# # A slice is a view

# %%
import numpy as np

# %%
# %%step signal
signal = np.arange(10.0)
print(signal.sum())

# %%
# %%step cut
window = signal[3:6]
print(window)

# %%
# %%step silence
window[:] = 0
print("window", window)

# %%
# %%step energy
print("signal", signal)
print(np.shares_memory(window, signal))

# %%
# %%step raise_level
signal += 100
print(window)

# %%
print(signal.sum(), window.sum())
