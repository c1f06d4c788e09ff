# %% [markdown]
# # Modeling and simulation: bikes
# One `State` object is passed around and changed by every function.

# %%
import numpy as np
import pandas as pd

class State:
    def __init__(self, **kw):
        self.__dict__.update(kw)
    def __repr__(self):
        return ", ".join(f"{k}={v}" for k, v in self.__dict__.items())

def flip(p=0.5):
    return np.random.random() < p

np.random.seed(17)

# %%
bikeshare = State(north=10, south=2)
bikeshare

# %%
def bike_to_north(state):
    if state.south == 0:
        state.south_empty = getattr(state, "south_empty", 0) + 1
        return
    state.south -= 1
    state.north += 1

def bike_to_south(state):
    if state.north == 0:
        return
    state.north -= 1
    state.south += 1

# %%
bike_to_south(bikeshare)
bikeshare.north, bikeshare.south

# %%
def step(state, p1, p2):
    if flip(p1):
        bike_to_north(state)
    if flip(p2):
        bike_to_south(state)

# %%
for i in range(3):
    step(bikeshare, 0.3, 0.5)
    print(i, bikeshare)

# %%
def run_simulation(state, p1, p2, num_steps):
    results = pd.Series(dtype=int)
    for i in range(num_steps):
        step(state, p1, p2)
        results[i] = state.north
    return results

results = run_simulation(bikeshare, 0.4, 0.4, 30)
results.describe().round(3)

# %%
copy = bikeshare
copy.north = 0
print(bikeshare.north)

# %%
sweep = {}
for p1 in np.linspace(0, 1, 5):
    state = State(north=6, south=6)
    run_simulation(state, p1, .5, 20)
    sweep[float(p1)] = getattr(state, "south_empty", 0)
sweep

# %%
state

# %% [markdown]
# ## World population

# %%
def run_growth(system, update):
    ts = {system.t0: system.p0}
    for t in range(system.t0, system.t_end):
        ts[t + 1] = update(ts[t], t, system)
    return pd.Series(ts)

def update_quadratic(pop, t, system):
    return pop + system.alpha * pop + system.beta * pop ** 2

system = State(t0=1950, t_end=2016, p0=2.557, alpha=.025, beta=-.0018)
growth = run_growth(system, update_quadratic)
growth.iloc[-1].round(4)

# %%
system.t_end = 2100
growth2 = run_growth(system, update_quadratic)
print(len(growth), len(growth2), round(-system.alpha / system.beta, 4))
