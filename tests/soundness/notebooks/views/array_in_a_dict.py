# %% [markdown]
# # Weights of layers, kept in a dict and in a flat vector

# %%
import numpy as np

# %%
# %%step weights
flat = np.linspace(0, 1, 6)
layers = {"dense": flat[:4].reshape(2, 2), "bias": flat[4:]}
print({name: w.shape for name, w in layers.items()})

# %%
# %%step train
for _name in layers:
    layers[_name] *= 10
print(flat)

# %%
# %%step decay
flat -= 1
print(layers["bias"])

# %%
# %%step norm
print(round(float(np.linalg.norm(flat)), 4), round(float(np.linalg.norm(layers["dense"])), 4))
