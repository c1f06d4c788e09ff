# %% [markdown]
# # Reaction times, 4 subjects
# TODO ask Jana about subject 3

# %%
import random, statistics as stats
from collections import defaultdict
from itertools import groupby, chain
import json

rnd = random.Random(2)
trials = []
for subj in range(1, 5):
    for block in ("easy", "hard"):
        for k in range(10):
            rt = rnd.gauss(420 + 20*subj + (80 if block == "hard" else 0), 40)
            trials.append(dict(subject=subj, block=block, k=k, rt=round(rt), correct=rnd.random() > .1))
trials[3]["rt"] = 4000   # fell asleep
print(len(trials), trials[0])

# %%
bad = [t for t in trials if not 150 < t["rt"] < 1500]
bad

# %%
for t in bad:
    t["rt"] = None
sum(t["rt"] is None for t in trials)

# %%
key = lambda t: (t["subject"], t["block"])
means = {}
for k, group in groupby(sorted(trials, key=key), key):
    group = list(group)
    ok = [t["rt"] for t in group if t["correct"] and t["rt"]]
    means[k] = round(stats.mean(ok), 1)
means

# %%
effect = {s: round(means[s, "hard"] - means[s, "easy"], 1) for s in range(1, 5)}
effect

# %%
d = list(effect.values())
t_value = stats.mean(d) / (stats.stdev(d) / len(d)**.5)
print(f"t({len(d)-1}) = {t_value:.2f}")

# %%
acc = defaultdict(list)
for t in trials:
    acc[t["block"]].append(t["correct"])
{b: sum(v)/len(v) for b, v in acc.items()}

# %%
# subject 3 out?
clean = [t for t in trials if t["subject"] != 3]
clean[0]["note"] = "first"
"note" in trials[0], len(clean)

# %%
with open("trials.jsonl", "w") as f:
    for t in chain(clean, bad):
        print(json.dumps(t), file=f)
n = sum(1 for _ in open("trials.jsonl"))
print(n)
