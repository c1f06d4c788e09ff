# %%
"""Traffic light queue. For the seminar."""
import heapq
import itertools
import random
from enum import Enum

class Light(Enum):
    RED = "r"
    GREEN = "g"

# %%
class Event:
    counter = itertools.count()
    def __init__(self, time, kind):
        self.time, self.kind, self.n = time, kind, next(Event.counter)
    def __lt__(self, other):
        return (self.time, self.n) < (other.time, other.n)

class Simulation:
    def __init__(self, rate, seed=0):
        self.rng = random.Random(seed)
        self.rate = rate
        self.now = 0.0
        self.events = []
        self.light = Light.RED
        self.waiting = 0
        self.passed = 0
        self.trace = []

    def schedule(self, delay, kind):
        heapq.heappush(self.events, Event(self.now + delay, kind))

    def run(self, until):
        while self.events and self.events[0].time <= until:
            ev = heapq.heappop(self.events)
            self.now = ev.time
            getattr(self, "on_" + ev.kind)()
        self.now = until
        return self

    def on_car(self):
        self.waiting += 1
        self.schedule(self.rng.expovariate(self.rate), "car")

    def on_switch(self):
        self.light = Light.GREEN if self.light is Light.RED else Light.RED
        if self.light is Light.GREEN:
            n = min(self.waiting, 8)
            self.waiting -= n
            self.passed += n
        self.trace.append((round(self.now, 1), self.light.name, self.waiting))
        self.schedule(30, "switch")

# %%
sim = Simulation(rate=.1)
sim.schedule(0, "car")
sim.schedule(0, "switch")
sim.run(120)
sim.trace

# %%
sim.run(600)
sim.passed, sim.waiting, sim.light

# %%
sims = {rate: Simulation(rate, seed=1) for rate in (.05, .1, .15)}
for rate, s in sims.items():
    s.schedule(0, "car"); s.schedule(0, "switch")
    s.run(1000)
    print(rate, s.passed, s.waiting)

# %%
# what happens if the light breaks at t=1000
for s in sims.values():
    s.on_switch = lambda s=s: s.trace.append((round(s.now, 1), "BROKEN", s.waiting))
    s.run(1100)
print([(s.waiting, s.trace[-1][1]) for s in sims.values()])

# %%
import statistics
waits = [w for _, _, w in sims[.15].trace]
print(statistics.mean(waits).__round__(3), max(waits), next(Event.counter))
