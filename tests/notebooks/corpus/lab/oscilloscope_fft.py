# %% [markdown]
# scope traces → fft → resonance. 2 channels, 1 kHz sampling

# %%
import numpy as np
import matplotlib.pyplot as plt
from scipy import signal, fft
fs = 1000.0
T = 1.0
t = np.arange(0, T, 1/fs)
rng = np.random.default_rng(0)
ch1 = np.sin(2*np.pi*50*t) + .5*np.sin(2*np.pi*120*t) + rng.normal(0, .3, t.size)
ch2 = np.sin(2*np.pi*50*t + .8) + rng.normal(0, .3, t.size)

# %%
plt.plot(t[:100], ch1[:100]); plt.plot(t[:100], ch2[:100])
plt.show()

# %%
def spectrum(x):
    X = fft.rfft(x * np.hanning(x.size))
    f = fft.rfftfreq(x.size, 1/fs)
    return f, np.abs(X)

f, A1 = spectrum(ch1)
_, A2 = spectrum(ch2)
f[A1.argmax()], f[A2.argmax()]

# %%
def peaks(f, A, n=2):
    i, _ = signal.find_peaks(A, height=A.max()*.2)
    best = i[np.argsort(A[i])[::-1][:n]]
    return sorted(f[best].tolist())
print(peaks(f, A1), peaks(f, A2))

# %%
# bandpass around 50
b, a = signal.butter(2, [40, 60], btype="band", fs=fs)
ch1f = signal.filtfilt(b, a, ch1)
ch2f = signal.filtfilt(b, a, ch2)

# %%
corr = signal.correlate(ch2f, ch1f, mode="full")
lag = corr.argmax() - (t.size - 1)
phase = -lag / fs * 2*np.pi*50
print(lag, round(phase, 3))

# %%
# redo spectrum in dB
def spectrum(x):
    f, P = signal.welch(x, fs, nperseg=256)
    return f, 10*np.log10(P)

f, P = spectrum(ch1)
plt.plot(f, P)
f[P.argmax()].round(2)

# %%
snr = P.max() - np.median(P)
snr

# %%
ch = np.stack([ch1, ch2])
ch -= ch.mean(axis=1, keepdims=True)
rms = np.sqrt((ch**2).mean(axis=1))
print(rms.round(4), ch1.mean().round(4))

# %%
np.savez("scope.npz", ch=ch, fs=fs)
with np.load("scope.npz") as z:
    print(z.files, z["ch"].shape, float(z["fs"]))
