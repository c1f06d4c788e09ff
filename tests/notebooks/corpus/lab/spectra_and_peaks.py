# %% [markdown]
# 2023-05-11 spectra of sample B. Files from the spectrometer are faked below until the disk is back.

# %%
import os, glob, json
import numpy as np
import matplotlib.pyplot as plt
from scipy.signal import find_peaks, savgol_filter

DATA = "spectra"
os.makedirs(DATA, exist_ok=True)

# %%
rng = np.random.default_rng(5)
wl = np.linspace(400, 700, 301)
for k, temp in enumerate([20, 40, 60]):
    y = 80*np.exp(-(wl-480-k)**2/50) + 50*np.exp(-(wl-590+2*k)**2/90) + rng.normal(0, 1, wl.size) + 5
    np.savetxt(f"{DATA}/spec_{temp}C.txt", np.column_stack([wl, y]), header="wl counts", fmt="%.4f")

# %%
files = sorted(glob.glob(DATA + "/*.txt"))
files

# %%
spectra = {}
for f in files:
    name = os.path.basename(f)[:-4]
    a = np.loadtxt(f)
    spectra[name] = a
print({k: v.shape for k, v in spectra.items()})

# %%
for name, a in spectra.items():
    a[:, 1] -= a[:, 1].min()     # baseline
    a[:, 1] = savgol_filter(a[:, 1], 11, 3)
    plt.plot(a[:, 0], a[:, 1], label=name)
plt.legend(); plt.xlabel("nm")
plt.savefig("spectra.png")

# %%
peaks = {}
for name, a in spectra.items():
    idx, props = find_peaks(a[:, 1], height=20, distance=30)
    peaks[name] = [(float(a[i, 0]), round(float(a[i, 1]), 3)) for i in idx]
    print(name, peaks[name])

# %%
with open("peaks.json", "w") as fh:
    json.dump(peaks, fh, indent=1)

# %%
back = json.load(open("peaks.json"))
shift = [back[n][0][0] for n in sorted(back)]
print(np.diff(shift))

# %%
temps = [int(n.split("_")[1][:-1]) for n in sorted(peaks)]
a, b = np.polyfit(temps, shift, 1)
a.round(4), b.round(2)

# %%
np.savez("result.npz", temps=temps, shift=shift)
z = np.load("result.npz")
z.files

# %%
print(z["shift"].sum())
# !ls spectra | wc -l
