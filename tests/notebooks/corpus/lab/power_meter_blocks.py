# %%
from pathlib import Path
import json, gzip, pickle, shutil
base = Path("meter"); base.mkdir(exist_ok=True)
import random
rnd = random.Random(11)

# %%
# one file a day, as the meter does it
for day in range(1, 5):
    values = [round(200 + 50*rnd.random() + (800 if h in (7, 18) else 0), 1) for h in range(24)]
    with gzip.open(base / f"2024-05-{day:02d}.json.gz", "wt") as f:
        json.dump({"day": day, "values": values}, f)

# %%
days = {}
for p in sorted(base.iterdir()):
    with gzip.open(p, "rt") as f:
        d = json.load(f)
    days[d["day"]] = d["values"]
sorted(days), p.name

# %%
total = {d: sum(v)/1000 for d, v in days.items()}
print({d: round(t, 2) for d, t in total.items()})

# %%
peak = max(((v, d, h) for d, vs in days.items() for h, v in enumerate(vs)))
peak

# %%
class Tariff:
    night = .18
    day = .31

    @classmethod
    def cost(cls, values):
        return sum(v/1000 * (cls.night if h < 6 or h > 21 else cls.day) for h, v in enumerate(values))

    @staticmethod
    def fmt(x):
        return f"{x:.2f} €"

for d, v in days.items():
    print(d, Tariff.fmt(Tariff.cost(v)))

# %%
Tariff.night = .10
cheap = sum(Tariff.cost(v) for v in days.values())
Tariff.fmt(cheap)

# %%
pickle.dump({"days": days, "total": total}, open(base / "all.pkl", "wb"))

# %%
allp = pickle.loads((base / "all.pkl").read_bytes())
allp["days"] == days and allp["total"] == total

# %%
sizes = [f.stat().st_size > 0 for f in base.glob("*.gz")]
shutil.rmtree(base)
print(all(sizes), base.exists(), round(cheap, 4))
