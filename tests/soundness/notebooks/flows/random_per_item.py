# %% [markdown]
# # Draws before, in and after a foreach

# %%
import numpy as np
np.random.seed(5)

# %%
# %%parameters
n: int = 4

# %%
# %%step base
base = np.random.rand(n)
print(base.round(3))
# prints: [0.222 0.871 0.207 0.919]

# %%
# %%step grid
grid = [{"lr": lr, "k": k} for lr in (0.1, 1.0) for k in (1, 2)]

# %%
# %%step fit --foreach cfg in grid
score = float((base * cfg["lr"] * cfg["k"]).sum())

# %%
# %%step double
twice = score * 2

# %%
# %%step best --join fit
top = max(inputs, key=lambda t: t.score).twice
table = inputs.table("cfg", "score", "twice")
print(round(top, 3), table.shape)
# prints: 8.872 (4, 3)

# %%
# %%step after
print(round(np.random.rand(), 4))
# prints: 0.4884
