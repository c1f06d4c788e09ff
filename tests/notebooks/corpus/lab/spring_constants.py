# %% [markdown]
# # Springs: Hooke, series and parallel
# 3.11.2022, with Tom

# %%
import numpy as np
import pandas as pd
from IPython.display import display, Markdown
g = 9.81
m = np.array([0, 50, 100, 150, 200]) / 1000  # kg
x = pd.DataFrame({"A": [0, 2.4, 4.9, 7.3, 9.8], "B": [0, 1.3, 2.5, 3.7, 5.1]}) / 100  # m
F = m * g
display(Markdown("**forces** in N"))
F

# %%
k, offset = {}, {}
for s in x:
    k[s], offset[s] = np.polyfit(x[s], F, 1)
    print(f"k_{s} = {k[s]:.2f} N/m")

# %%
k_series = 1 / sum(1 / v for v in k.values())
k_parallel = sum(k.values())
k_series, k_parallel

# %%
measured = {"series": 13.4, "parallel": 58.9}
for name, value in zip(measured, (k_series, k_parallel)):
    dev = abs(measured[name] - value) / value * 100
    print(f"{name}: {dev:.1f} % off")

# %%
T = 2 * np.pi * np.sqrt(.2 / np.array(list(k.values())))
T

# %%
# residuals, for the appendix
res = x.mul(pd.Series(k)) .add(pd.Series(offset)).sub(F, axis=0)
display(res.round(4))
worst = res.abs().stack().idxmax()
worst

# %%
x["C"] = x.A + x.B
x.loc[5] = x.iloc[-1] * 1.2
F = np.append(F, F[-1] * 1.2)
print(np.polyfit(x.C, F, 1)[0].round(3), len(F))
