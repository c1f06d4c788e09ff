# %% [markdown]
# # Titration of vinegar, 3 burets

# %%
import numpy as np
import matplotlib.pyplot as plt
# %matplotlib inline

V = np.array([0, 2, 4, 6, 8, 9, 9.5, 9.8, 10, 10.2, 10.5, 11, 12, 14])
pH = np.array([2.9, 4.1, 4.5, 4.9, 5.3, 5.7, 6.0, 6.4, 8.7, 10.9, 11.3, 11.6, 11.9, 12.1])

# %%
plt.plot(V, pH, "o-")
plt.xlabel("V NaOH / ml"); plt.ylabel("pH");

# %%
dpH = np.gradient(pH, V)
V_eq = V[np.argmax(dpH)]
V_eq

# %%
c_naoh = 0.1003
m_vinegar = 1.02  # g
n = c_naoh * V_eq * 1e-3
percent = n * 60.05 / m_vinegar * 100
print(f"{percent:.3f} % acetic acid")

# %%
# half equivalence: pKa
pKa = np.interp(V_eq / 2, V, pH)
pKa

# %%
# the other two burets
V_others = {"B": 9.95, "C": 10.10}
values = [percent]
for name, v in V_others.items():
    values.append(c_naoh * v * 1e-3 * 60.05 / m_vinegar * 100)
    print(name, round(values[-1], 4))

# %%
mean, std = np.mean(values), np.std(values, ddof=1)
print(f"{mean:.3f} +- {std / np.sqrt(len(values)):.3f} %")

# %%
def grubbs(x):
    x = np.asarray(x)
    return np.abs(x - x.mean()).max() / x.std(ddof=1)
grubbs(values) < 1.15
