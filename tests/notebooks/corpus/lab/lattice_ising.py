# %% [markdown]
# Ising model, 16 x 16, checking the critical temperature

# %%
import numpy as np
import matplotlib.pyplot as plt
from tempfile import NamedTemporaryFile
np.random.seed(3)
L = 16
J = 1.0

# %%
spins = np.random.choice([-1, 1], (L, L))
plt.matshow(spins); plt.show()

# %%
def energy(s):
    return -J * (s * (np.roll(s, 1, 0) + np.roll(s, 1, 1))).sum()

def sweep(s, T):
    for _ in range(s.size):
        i, j = np.random.randint(L, size=2)
        dE = 2 * J * s[i, j] * (s[(i+1) % L, j] + s[i-1, j] + s[i, (j+1) % L] + s[i, j-1])
        if dE <= 0 or np.random.rand() < np.exp(-dE / T):
            s[i, j] *= -1

# %%
energy(spins), spins.sum()

# %%
for _ in range(5):
    sweep(spins, 1.5)

# %%
print(energy(spins), abs(spins.mean()))

# %%
Ts = [1.5, 2.3, 3.5]
M = []
for T in Ts:
    s = np.ones((L, L), int)
    mags = []
    for k in range(6):
        sweep(s, T)
        if k >= 2:
            mags.append(abs(s.mean()))
    M.append(np.mean(mags))
    print(T, M[-1].round(4), energy(s))

# %%
s.sum(), T, np.argsort(M)[::-1]

# %%
left_half = spins[:, :L//2]
left_half[...] = 1
print(spins.sum() > 0, energy(spins))

# %%
np.save("spins.npy", spins)
frozen = np.load("spins.npy", mmap_mode="r")
frozen.sum() == spins.sum()
