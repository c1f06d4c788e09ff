# %%
# logistic map & lorenz, for the poster
import numpy as np
import matplotlib.pyplot as plt

def logistic(r, x=.5):
    while True:
        yield x
        x = r * x * (1 - x)

# %%
from itertools import islice
orbit = logistic(3.7)
burn = list(islice(orbit, 100))
burn[-1]

# %%
xs = np.fromiter(islice(orbit, 200), float)
xs.mean().round(5), xs.std().round(5)

# %%
# lyapunov
lam = {}
for r in np.linspace(2.8, 4, 7):
    o = np.fromiter(islice(logistic(r, .31), 300), float)[100:]
    lam[round(float(r), 2)] = float(np.log(np.abs(r - 2*r*o) + 1e-12).mean())
    plt.plot([r]*50, o[-50:], "k,")
plt.xlabel("r");
{k: round(v, 3) for k, v in lam.items()}

# %%
chaotic = [r for r in lam if lam[r] > 0]
print(chaotic, r)

# %%
def lorenz(s, sigma=10, rho=28, beta=8/3):
    x, y, z = s
    return np.array([sigma*(y - x), x*(rho - z) - y, x*y - beta*z])

def rk4(f, s, dt):
    k1 = f(s); k2 = f(s + dt/2*k1); k3 = f(s + dt/2*k2); k4 = f(s + dt*k3)
    return s + dt/6*(k1 + 2*k2 + 2*k3 + k4)

s = np.array([1., 1, 1])
traj = [s]
for _ in range(300):
    s = rk4(lorenz, s, .01)
    traj.append(s)
traj = np.array(traj)
print(traj[-1].round(3))

# %%
# twin, a tiny bit off
s2 = traj[0] + 1e-6
for _ in range(300):
    s2 = rk4(lorenz, s2, .01)
sep = np.linalg.norm(s2 - s)
sep > 1e-6

# %%
z = traj[:, 2]
maxima = z[1:-1][(z[1:-1] > z[:-2]) & (z[1:-1] > z[2:])]
traj[:, 2] -= z.mean()
print(len(maxima), maxima.round(2)[:3], z.mean().round(6) == 0)
