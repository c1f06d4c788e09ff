# %% [markdown]
# # Probability by simulation
# Think before you compute, then compute anyway.

# %%
import random
from collections import Counter

random.seed(1)

# %%
def roll(n=1):
    """Roll n dice and return the sum."""
    return sum(random.randint(1, 6) for _ in range(n))

# %%
rolls = [roll(2) for _ in range(2000)]
hist = Counter(rolls)
for value in sorted(hist):
    print(value, hist[value])

# %%
def prob(event, trials=1000):
    return sum(event() for _ in range(trials)) / trials

def seven():
    return roll(2) == 7

prob(seven)

# %% [markdown]
# ## Monty Hall

# %%
def monty_hall(switch):
    doors = [0, 0, 1]
    random.shuffle(doors)
    pick = random.randrange(3)
    opened = next(d for d in range(3) if d != pick and not doors[d])
    if switch:
        pick = next(d for d in range(3) if d not in (pick, opened))
    return doors[pick]

# %%
stay = sum(monty_hall(False) for _ in range(1000))
switch = sum(monty_hall(True) for _ in range(1000))
print("stay", stay, "switch", switch)

# %% [markdown]
# ## Birthdays

# %%
from functools import partial

def shared_birthday(people):
    days = [random.randrange(365) for _ in range(people)]
    return len(set(days)) < len(days)

# %%
results = {}
for people in (5, 10, 20, 23, 30, 50):
    results[people] = prob(partial(shared_birthday, people), 500)
results

# %%
best = min(results, key=lambda k: abs(results[k] - 0.5))
print("closest to one half:", best)

# %% [markdown]
# ## Gambler's ruin: the same roll, redefined

# %%
def roll():
    return random.choice([-1, 1])

# %%
def ruin(start, goal):
    money, steps = start, 0
    while 0 < money < goal:
        money += roll()
        steps += 1
    return money, steps

# %%
games = [ruin(5, 10) for _ in range(200)]
wins = sum(money == 10 for money, _ in games)
print(wins, "wins;", sum(s for _, s in games) / len(games), "steps on average")
