# %% [markdown]
# # Lab 4 – half-life of a sample
# Group 7, Tuesday. Counts from the Geiger counter, background 12/min.

# %%
import numpy as np, matplotlib.pyplot as plt
from scipy.optimize import curve_fit
t = np.array([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300])
N = np.array([1020, 843, 706, 594, 489, 420, 344, 290, 236, 206, 177])
background = 12

# %%
N_corr = N - background
sigma = np.sqrt(N)
plt.errorbar(t, N_corr, yerr=sigma, fmt='o')
plt.yscale('log')
plt.show()

# %%
# linear fit to the logs
slope, intercept = np.polyfit(t, np.log(N_corr), 1)
T_half = np.log(2) / -slope
T_half

# %%
def decay(t, N0, lam):
    return N0 * np.exp(-lam * t)
popt, pcov = curve_fit(decay, t, N_corr, p0=(1000, 0.005), sigma=sigma, absolute_sigma=True)
N0, lam = popt
dN0, dlam = np.sqrt(np.diag(pcov))
print(f"N0 = {N0:.1f} +- {dN0:.1f}, lambda = {lam:.5f} +- {dlam:.5f}")

# %%
T_half2 = np.log(2)/lam
dT = T_half2 * dlam/lam
print("T = %.2f +- %.2f s" % (T_half2, dT))

# %%
res = (N_corr - decay(t, *popt)) / sigma
chi2 = (res**2).sum()
chi2, chi2/(len(t)-2)

# %%
plt.figure()
plt.plot(t, res, 'k.')
plt.axhline(0)
plt.ylabel("residuals [sigma]")

# %% [markdown]
# Second run, with lead in between:

# %%
N = np.array([310, 262, 220, 181, 149, 131, 108, 88, 77, 61, 55])
N_corr = N - background
sigma = np.sqrt(N)
popt2, pcov2 = curve_fit(decay, t, N_corr, p0=(300, 0.005), sigma=sigma)
print(popt2.round(4), (np.log(2)/popt2[1]).round(2))

# %%
# absorption
mu = -np.log(popt2[0]/popt[0]) / 2.0   # 2 cm of lead
print("mu =", mu.round(4), "1/cm")

# %%
print(T_half, T_half2, mu)
