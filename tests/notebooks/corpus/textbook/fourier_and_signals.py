# %% [markdown]
# # Think in waves

# %%
# %config InlineBackend.figure_format = 'retina'
# %matplotlib inline
import numpy as np
import matplotlib.pyplot as plt
PI2 = 2 * np.pi

# %%
class Signal:
    def __add__(self, other):
        return SumSignal(self, other)
    __radd__ = __add__

class Sinusoid(Signal):
    def __init__(self, freq=440, amp=1.0, offset=0, func=np.sin):
        self.freq, self.amp, self.offset, self.func = freq, amp, offset, func

    def evaluate(self, ts):
        return self.amp * self.func(PI2 * self.freq * ts + self.offset)

class SumSignal(Signal):
    def __init__(self, *args):
        self.signals = args

    def evaluate(self, ts):
        return sum(sig.evaluate(ts) for sig in self.signals)

class Wave:
    def __init__(self, ys, framerate):
        self.ys = np.asanyarray(ys)
        self.framerate = framerate

    def spectrum(self):
        return np.fft.rfftfreq(len(self.ys), 1 / self.framerate), np.fft.rfft(self.ys)

    def scale(self, factor):
        self.ys *= factor

def make_wave(signal, duration=.5, framerate=2000):
    ts = np.arange(round(duration * framerate)) / framerate
    return Wave(signal.evaluate(ts), framerate)

# %%
cos_sig = Sinusoid(freq=440, amp=1.0, func=np.cos)
sin_sig = Sinusoid(freq=880, amp=0.5)
mix = sin_sig + cos_sig
mix

# %%
wave = make_wave(mix)
wave.ys[:4].round(4)

# %%
plt.plot(wave.ys[:100])
plt.show()

# %%
fs, hs = wave.spectrum()
order = np.argsort(np.abs(hs))[::-1][:2]
print(fs[order], np.abs(hs[order]).round(2))

# %%
segment = wave.ys[100:200]
segment *= np.hamming(len(segment))
print(wave.ys[100:103].round(5))

# %%
wave.scale(2)
wave.ys.max().round(4), segment.max().round(4)

# %%
# low pass: kill everything above 600 Hz
hs[fs > 600] = 0
filtered = Wave(np.fft.irfft(hs), wave.framerate)
filtered.scale(1 / np.abs(filtered.ys).max())
print(filtered.ys.std().round(5))

# %%
class Chirp(Sinusoid):
    def __init__(self, start, end):
        super().__init__(start)
        self.end = end
    def evaluate(self, ts):
        freqs = np.linspace(self.freq, self.end, len(ts))
        return np.sin(np.cumsum(PI2 * freqs) * (ts[1] - ts[0]))

chirp = make_wave(Chirp(100, 500))
chirp.ys.sum().round(5)

# %%
corr = np.correlate(wave.ys, wave.ys, "same")
lag = np.argmax(corr)
lag, isinstance(mix, Signal)
