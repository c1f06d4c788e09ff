# %% [markdown]
# # ELISA plate 12
# standard curve in columns 1-2, samples in 3-6

# %%
import io, string
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from scipy.optimize import curve_fit, brentq

# %%
plate_txt = """	1	2	3	4	5	6
A	2.91	2.88	1.51	1.49	0.32	0.35
B	2.41	2.50	0.98	1.02	1.80	1.77
C	1.62	1.58	2.20	2.15	0.61	0.60
D	0.85	0.88	0.41	0.45	1.12	1.20
E	0.41	0.39	1.75	1.70	0.99	0.97
F	0.20	0.22	0.77	0.80	2.35	2.30
G	0.12	0.11	1.33	1.29	0.29	0.33
H	0.06	0.07	0.06	0.05	0.07	0.06
"""
plate = pd.read_csv(io.StringIO(plate_txt), sep="\t", index_col=0)
plate

# %%
blank = plate.loc["H"].mean()
plate = plate - blank
plate.iloc[-1].abs().max() < .02

# %%
conc = 1000 / 3.0 ** np.arange(7)
std = plate.loc["A":"G", ["1", "2"]].mean(axis=1)
std.index = conc.round(2)
std

# %%
def fourpl(x, a, b, c, d):
    return d + (a - d) / (1 + (x / c) ** b)

p0 = [0, 1, 50, 3]
popt, pcov = curve_fit(fourpl, conc, std.values, p0=p0, maxfev=5000)
print(popt.round(3))

# %%
xx = np.logspace(-1, 3.2, 50)
plt.semilogx(conc, std, "o"); plt.semilogx(xx, fourpl(xx, *popt))
plt.xlabel("ng/ml")
plt.show()

# %%
def invert(y):
    try:
        return brentq(lambda x: fourpl(x, *popt) - y, 1e-3, 1e5)
    except ValueError:
        return np.nan

# %%
samples = {}
for pair in (["3", "4"], ["5", "6"]):
    for row in "ABCDEFG":
        od = plate.loc[row, pair]
        cv = od.std() / od.mean()
        samples[row + pair[0]] = {"od": od.mean(), "cv": cv, "conc": invert(od.mean())}
        if cv > .05:
            print("check", row + pair[0], f"{cv:.1%}")
res = pd.DataFrame(samples).T
res.round(3).head()

# %%
res["flag"] = np.where(res.cv > .05, "cv!", "")
res.loc[res.conc > 300, "flag"] += "high"
print(res.flag.value_counts().to_dict())

# %%
groups = {"ctrl": ["A3", "B3", "C3"], "drug": ["A5", "B5", "C5", "D5"]}
for g, wells in groups.items():
    print(g, res.conc[wells].mean().round(2), "+-", res.conc[wells].sem().round(2))

# %%
res.to_csv("plate12.csv", float_format="%.3f")
# !head -2 plate12.csv
