# %% [markdown]
# # A search whose queue, seen set and counters are names of ordinary cells
# refused: script: step 'search' changes 'QUEUE', which cell 2 defines

# %%
GRAPH = {1: [2, 3], 2: [4], 3: [4], 4: []}
QUEUE = [1]
SEEN = set()
VIEW = {"queue": QUEUE}

class Stats:
    turns = 0
    log = []

class Visit:
    made = 0

    def __init__(self, node):
        Visit.made += 1
        self.node = node

# %%
# %%step begin
more, visits = True, []
print(QUEUE)
# prints: [1]

# %%
# %%step search --while more
_node = QUEUE.pop(0)
if _node not in SEEN:
    SEEN.add(_node)
    visits.append(Visit(_node))
    VIEW["queue"].extend(GRAPH[_node])
Stats.turns += 1
if Stats.turns == 2:
    Stats.log.append(_node)
more = bool(QUEUE)
print(_node, more)
# prints: 1 True
# prints: 2 True
# prints: 3 True
# prints: 4 True
# prints: 4 False

# %%
# %%step end
print(sorted(SEEN), QUEUE, VIEW, VIEW["queue"] is QUEUE)
print(Stats.turns, Stats.log, Visit.made, [one.node for one in visits])
# prints: [1, 2, 3, 4] [] {'queue': []} True
# prints: 5 [2] 4 [1, 2, 3, 4]
