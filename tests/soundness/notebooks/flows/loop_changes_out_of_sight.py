# %% [markdown]
# # A loop whose code does not show that it changes names of ordinary cells
# refused: script: step 'again' changes 'Counter', which cell 3 defines

# %%
LOG = []
PENDING = {3, 4}
WEIGHTS = {"a": 0}
GROUPS = {"log": LOG}

def parts():
    return [GROUPS, {"weights": WEIGHTS}]

# %%
# %%step define
class Counter:
    seen = []

k, more = 0, True
pool = []
box = {"pool": pool}
print(Counter.seen)
# prints: []

# %%
# %%step again --while more
for _part in parts():
    for _held in _part.values():
        if isinstance(_held, list):
            getattr(_held, "append")(k)
        else:
            _held.update(a=_held["a"] + k)
if k % 2 == 0:
    box["pool"].append(k)
    _take = PENDING.discard
    _take(3 + k // 2)
setattr(Counter, "last", k)
Counter.seen.append(k)
k += 1
more = k < 4
print(LOG, WEIGHTS, sorted(PENDING), pool)
# prints: [0] {'a': 0} [4] [0]
# prints: [0, 1] {'a': 1} [4] [0]
# prints: [0, 1, 2] {'a': 3} [] [0, 2]
# prints: [0, 1, 2, 3] {'a': 6} [] [0, 2]

# %%
# %%step end
print(LOG, GROUPS, WEIGHTS, sorted(PENDING), Counter.last, Counter.seen, pool, box)
# prints: [0, 1, 2, 3] {'log': [0, 1, 2, 3]} {'a': 6} [] 3 [0, 1, 2, 3] [0, 2] {'pool': [0, 2]}
