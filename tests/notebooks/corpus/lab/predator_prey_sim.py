# %% [markdown]
# # foxes & rabbits, agent based
# quick and dirty, 14 Feb

# %%
import random
from dataclasses import dataclass
from collections import Counter, defaultdict
random.seed(77)
SIZE = 20
N_RABBITS, N_FOXES = 40, 6

# %%
@dataclass
class Animal:
    x: int
    y: int
    energy: int = 5

    def move(self):
        self.x = (self.x + random.choice((-1, 0, 1))) % SIZE
        self.y = (self.y + random.choice((-1, 0, 1))) % SIZE

class Rabbit(Animal):
    pass

class Fox(Animal):
    def eat(self):
        self.energy += 4

def somewhere(): return random.randrange(SIZE), random.randrange(SIZE)

# %%
world = [Rabbit(*somewhere()) for _ in range(N_RABBITS)] + [Fox(*somewhere()) for _ in range(N_FOXES)]
Counter(type(a).__name__ for a in world)

# %%
def tick(world):
    at = defaultdict(list)
    for a in world:
        a.move()
        at[a.x, a.y].append(a)
    out = []
    for place in at.values():
        foxes = [a for a in place if isinstance(a, Fox)]
        rabbits = [a for a in place if isinstance(a, Rabbit)]
        for f in foxes:
            f.energy -= 1
            if rabbits:
                rabbits.pop(); f.eat()
        out += [f for f in foxes if f.energy > 0] + rabbits
    born = [Rabbit(r.x, r.y) for r in out if isinstance(r, Rabbit) and random.random() < .12]
    babies = [Fox(f.x, f.y) for f in out if isinstance(f, Fox) and f.energy > 8]
    return out + born + babies

# %%
history = []
for t in range(25):
    world = tick(world)
    c = Counter(type(a).__name__ for a in world)
    history.append((c["Rabbit"], c["Fox"]))
history[::6]

# %%
import matplotlib.pyplot as plt
rabbits, foxes = zip(*history)
plt.plot(rabbits); plt.plot(foxes)
plt.savefig("pp.png")

# %%
# keep going, 25 more
for t in range(25):
    world = tick(world)
    history.append((sum(isinstance(a, Rabbit) for a in world), sum(isinstance(a, Fox) for a in world)))
print(history[-1], len(history))

# %%
oldest = max((a for a in world), key=lambda a: a.energy)
print(type(oldest).__name__, oldest.energy, random.random())
