# %% [markdown]
# # Tour of statistics, random and secrets-free sampling

# %%
from statistics import *
import random

data = [2.75, 1.75, 1.25, 0.25, 0.5, 1.25, 3.5]

# %%
mean(data), median(data), pstdev(data)

# %%
mode(["red", "blue", "blue", "red", "green", "red", "red"])

# %%
sat = NormalDist(1060, 195)
fraction = sat.cdf(1200 + 0.5) - sat.cdf(1100 - 0.5)
round(fraction * 100.0, 1)

# %%
list(map(round, sat.quantiles()))

# %%
random.seed(8675309)
def model(x, y, z):
    return (3*x + 7*x*y - 5*y) / (11 * z)

n = 500
X = NormalDist(10, 2.5).samples(n, seed=3652260728)
Y = NormalDist(15, 1.75).samples(n, seed=4582495471)
Z = NormalDist(50, 1.25).samples(n, seed=6582483453)
[round(q, 6) for q in quantiles(map(model, X, Y, Z))]

# %%
slope, intercept = linear_regression([1971, 1975, 1979], [1, 2, 3])
round(slope * 2019 + intercept)

# %%
shuffled = list(range(8))
random.shuffle(shuffled)
shuffled, random.choices("abc", k=4), random.sample(range(100), 3)

# %%
saved = random.getstate()
one = random.random()
random.setstate(saved)
one == random.random()

# %%
def jackknife(values, stat=mean):
    for i in range(len(values)):
        yield stat(values[:i] + values[i+1:])

estimates = jackknife(data)
print(next(estimates))

# %%
rest = list(estimates)
print(len(rest), stdev(rest).__round__(5))
