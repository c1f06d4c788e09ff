# %% [markdown]
# # Simulations with classes and functions that draw

# %%
import numpy as np
import random

def seed_all(seed=3):
    np.random.seed(seed)
    random.seed(seed)

seed_all()

# %%
class Walker:
    def __init__(self, steps):
        self.steps = steps
        self.path = [0]
    def walk(self):
        for _ in range(self.steps):
            self.path.append(self.path[-1] + random.choice([-1, 1]))
        return self.path

# %%
# %%step one
w = Walker(5)
print(w.walk())

# %%
# %%step two
print(w.walk()[-3:])

# %%
# %%step pi
pts = np.random.rand(1000, 2)
pi = 4 * np.mean((pts ** 2).sum(axis=1) < 1)
print(pi)

# %%
seed_all(9)

# %%
# %%step three
w2 = Walker(3)
print(w2.walk(), np.random.randint(10))

# %%
# %%step four
def monte(n):
    return np.random.normal(size=n).mean().round(5)
print(monte(10))

# %%
# %%step five
print(monte(3), random.random())
