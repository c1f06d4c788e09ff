# %% [markdown]
# # A → B → C
# Rate constants at three temperatures; Arrhenius plot.

# %%
import numpy as np, pandas as pd
from scipy.integrate import solve_ivp
from scipy.optimize import least_squares
import matplotlib.pyplot as plt
R = 8.314
t_obs = np.linspace(0, 20, 9)

# %%
def rates(t, c, k1, k2):
    a, b, _ = c
    return [-k1*a, k1*a - k2*b, k2*b]

def simulate(k1, k2, t=t_obs):
    return solve_ivp(rates, (0, t[-1]), [1, 0, 0], args=(k1, k2), t_eval=t, rtol=1e-7).y

# %%
rng = np.random.default_rng(21)
def noisy(k1, k2):
    return simulate(k1, k2) + rng.normal(0, .01, (3, t_obs.size))

data = {T: noisy(.2*np.exp(-3000*(1/T-1/300)), .08*np.exp(-5000*(1/T-1/300))) for T in (290, 300, 310)}
data[300].shape

# %%
def fit(y):
    def res(k):
        return (simulate(*k) - y).ravel()
    return least_squares(res, [.1, .1], bounds=(0, 5))

fits = {}
for T, y in data.items():
    r = fit(y)
    fits[T] = r.x
    print(T, r.x.round(4), r.cost.round(6), r.success)

# %%
k = pd.DataFrame(fits, index=["k1", "k2"]).T
k.index.name = "T"
k.round(4)

# %%
lnk = np.log(k)
lnk["invT"] = 1 / k.index
slope1, _ = np.polyfit(lnk.invT, lnk.k1, 1)
slope2, _ = np.polyfit(lnk.invT, lnk.k2, 1)
Ea = {"k1": -slope1 * R / 1000, "k2": -slope2 * R / 1000}
print({n: round(e, 2) for n, e in Ea.items()})

# %%
fig, ax = plt.subplots()
for name in ("k1", "k2"):
    ax.plot(lnk.invT, lnk[name], "o", label=f"{name}: {Ea[name]:.1f} kJ/mol")
ax.legend()
fig.savefig("arrhenius.svg")

# %%
# max of B
t_fine = np.linspace(0, 40, 400)
tmax = {T: t_fine[simulate(*ks, t=t_fine)[1].argmax()] for T, ks in fits.items()}
tmax
