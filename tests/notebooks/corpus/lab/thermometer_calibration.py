# %% [markdown]
# ## Calibration of the thermocouples
# Monday: ice bath. Tuesday: boiling water.

# %%
import csv
from datetime import datetime
from pathlib import Path
from statistics import mean

raw = Path("raw")
raw.mkdir(exist_ok=True)
LOG = """time;T1;T2
2021-03-01 09:00;0.31;-0.22
2021-03-01 09:05;0.29;-0.18
2021-03-01 09:10;0.33;-0.20
2021-03-02 10:00;99.1;100.9
2021-03-02 10:05;99.3;101.1
2021-03-02 10:10;err;101.0
"""
(raw / "log.csv").write_text(LOG)

# %%
rows = []
with open(raw / "log.csv", newline="") as f:
    for r in csv.DictReader(f, delimiter=";"):
        try:
            rows.append((datetime.strptime(r["time"], "%Y-%m-%d %H:%M"), float(r["T1"]), float(r["T2"])))
        except ValueError:
            print("skipped", r["time"])

# %%
len(rows)

# %%
ice = [r for r in rows if r[0].day == 1]
boil = [r for r in rows if r[0].day == 2]
ice_m = [mean(c) for c in list(zip(*ice))[1:]]
boil_m = [mean(c) for c in list(zip(*boil))[1:]]
ice_m, boil_m

# %%
class Calibration:
    def __init__(self, lo, hi):
        self.gain = 100 / (hi - lo)
        self.offset = -lo * self.gain

    def __call__(self, value):
        return self.gain * value + self.offset

cal = {f"T{i+1}": Calibration(lo, hi) for i, (lo, hi) in enumerate(zip(ice_m, boil_m))}
for name, c in cal.items():
    print(name, round(c.gain, 5), round(c.offset, 5))

# %%
cal["T1"](50), cal["T2"](50)

# %%
import pickle
pickle.dump(cal, open("cal.pkl", "wb"))

# %%
again = pickle.load(open("cal.pkl", "rb"))
assert again["T1"](0.31) == cal["T1"](0.31)
print(again["T1"](20.0))

# %%
out = Path("calibrated.csv")
with out.open("w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["time", "T1", "T2"])
    for when, a, b in rows:
        w.writerow([when.isoformat(), round(cal["T1"](a), 3), round(cal["T2"](b), 3)])

# %%
print(out.read_text())

# %%
duration = rows[-1][0] - rows[0][0]
duration, duration.total_seconds() / 3600
