# %%
import wave, struct, math, array, io
RATE = 8000
def tone(freq, secs, vol=.5):
    return [vol*math.sin(2*math.pi*freq*i/RATE) for i in range(int(RATE*secs))]

# %%
melody = [(440, .05), (494, .05), (523, .1)]
samples = []
for f, d in melody:
    samples += tone(f, d)
len(samples)

# %%
with wave.open("melody.wav", "wb") as w:
    w.setnchannels(1); w.setsampwidth(2); w.setframerate(RATE)
    w.writeframes(b"".join(struct.pack("<h", int(32767*s)) for s in samples))

# %%
w = wave.open("melody.wav")
w.getnframes(), w.getparams().framerate

# %%
frames = w.readframes(400)
part = array.array("h", frames)
print(max(part), min(part))

# %%
w.tell()

# %%
rest = array.array("h", w.readframes(w.getnframes() - w.tell()))
w.close()
len(part) + len(rest)

# %%
def zero_crossings(a):
    return sum((x < 0) != (y < 0) for x, y in zip(a, a[1:]))
freq = zero_crossings(part) / 2 / (len(part)/RATE)
round(freq)

# %%
# fade out
n = len(rest)
for i in range(n):
    rest[i] = int(rest[i] * (1 - i/n))
print(rest[:3].tolist(), rest[-3:].tolist())

# %%
loud = 0
for s in part:
    loud = max(loud, abs(s))
db = 20*math.log10(loud/32767)
print(f"{db:.2f} dB", s)
