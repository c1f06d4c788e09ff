# %% [markdown]
# # IV curves, cells 1-3

# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
# %matplotlib inline
# %load_ext autoreload
# %autoreload 2

AREA = 1.44  # cm2
SUN = 100    # mW/cm2

# %%
def fake_measurement(jsc, voc, n=1.6):
    v = np.linspace(-.1, .7, 41)
    j = jsc - jsc*(np.exp(v/(n*.0259)) - 1)/(np.exp(voc/(n*.0259)) - 1)
    return pd.DataFrame({"V": v, "I": j*AREA})

cells = {1: fake_measurement(32, .58), 2: fake_measurement(29.5, .61), 3: fake_measurement(12, .45, 2.4)}

# %%
for n, c in cells.items():
    c["J"] = c.I / AREA
    c["P"] = c.V * c.J
    plt.plot(c.V, c.J, label=f"cell {n}")
plt.ylim(0); plt.legend();

# %%
def parameters(c):
    jsc = np.interp(0, c.V, c.J)
    voc = np.interp(0, -c.J, c.V)
    pmax = c.P.max()
    return pd.Series({"Jsc": jsc, "Voc": voc, "FF": pmax/(jsc*voc), "eta": pmax/SUN*100})

params = pd.DataFrame({n: parameters(c) for n, c in cells.items()}).T
params.round(3)

# %%
best = params.eta.idxmax()
print("best cell:", best, params.loc[best].round(3).to_dict())

# %%
# wrong area for cell 3!! measured again: 1.21
cells[3]["J"] *= AREA / 1.21
cells[3]["P"] = cells[3].V * cells[3].J
params.loc[3] = parameters(cells[3])
params.loc[3].round(3)

# %%
# %time params.to_csv("params.csv")
params.describe().loc[["mean", "std"]].round(3)

# %%
sub = params[["Jsc", "Voc"]]
sub = sub / sub.max()
print(sub.round(3)); print(params.Jsc.round(2).tolist())
