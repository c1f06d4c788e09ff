# %% [markdown]
# # Estimating $\pi$
# Throw darts.

# %%
import numpy as np
from numpy.random import default_rng
import matplotlib.pyplot as plt
# %matplotlib inline

rng = default_rng(2024)
N = 5000

# %%
x = rng.uniform(-1, 1, N)
y = rng.uniform(-1, 1, N)
inside = x**2 + y**2 <= 1
pi_hat = 4 * inside.mean()
print(f"pi is about {pi_hat:.4f}")

# %%
fig, ax = plt.subplots(figsize=(4, 4))
ax.scatter(x[inside], y[inside], s=1)
ax.scatter(x[~inside], y[~inside], s=1, c="r")
ax.set_aspect("equal");

# %%
running = 4 * np.cumsum(inside) / np.arange(1, N + 1)
plt.plot(running)
plt.axhline(np.pi, color="k", ls="--");

# %% [markdown]
# ## How good is it?

# %%
# %%time
estimates = []
for n in [100, 1000, 10000]:
    runs = []
    for _ in range(20):
        pts = rng.uniform(-1, 1, (n, 2))
        runs.append(4 * np.mean((pts ** 2).sum(axis=1) <= 1))
    estimates.append((n, np.mean(runs), np.std(runs)))

# %%
for n, mean, std in estimates:
    print(f"{n:6d}  {mean:.4f} +- {std:.4f}")

# %%
ns, means, stds = zip(*estimates)
slope = np.polyfit(np.log(ns), np.log(stds), 1)[0]
slope

# %% [markdown]
# The error falls like $1/\sqrt n$. Buffon's needle next:

# %%
def buffon(n, length=1.0, gap=1.0):
    d = rng.uniform(0, gap / 2, n)
    theta = rng.uniform(0, np.pi / 2, n)
    hits = (d <= length / 2 * np.sin(theta)).sum()
    return 2 * length * n / (gap * hits)

# %%
print(buffon(20000))
print(rng.random())
