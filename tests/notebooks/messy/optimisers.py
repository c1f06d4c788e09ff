# %% [markdown]
# optimisation playground (homework 3 + my own stuff)

# %%
# %matplotlib inline
from functools import lru_cache, partial
import numpy as np
import matplotlib.pyplot as plt
from scipy import optimize
from scipy.optimize import minimize, linprog
import math, random

# %%
f = lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2

def grad(p):
    x, y = p
    return np.array([-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)])

# %%
optimize.check_grad(f, grad, [0.5, -0.3]) < 1e-4

# %%
x0 = np.array([-1.2, 1.0])
path = [x0.copy()]
p = x0
lr = 1e-3
for i in range(2000):
    p = p - lr * grad(p)
    if i % 50 == 0:
        path.append(p)
path = np.array(path)
p

# %%
X, Y = np.meshgrid(np.linspace(-2, 2, 60), np.linspace(-1, 3, 60))
Z = f([X, Y])
plt.contour(X, Y, np.log1p(Z), 20)
plt.plot(*path.T, 'r.-')
plt.show()

# %%
n_calls = 0

def counted(p):
    global n_calls
    n_calls += 1
    return f(p)

# %%
trace = []
res = minimize(counted, x0, method='Nelder-Mead', callback=lambda xk: trace.append(xk.copy()))
print(res.success, n_calls == res.nfev, len(trace))

# %%
n_calls = 0
res2 = minimize(counted, x0, jac=grad, method='BFGS')
res2.x.round(4)

# %%
table = {'gd': f(p), 'nm': res.fun, 'bfgs': res2.fun}
min(table, key=table.get)

# %% [markdown]
# ## LP

# %%
c = [-40, -30]
A = [[2, 1], [1, 3]]
b = [100, 90]
lp = linprog(c, A_ub=A, b_ub=b)
lp.x, -lp.fun

# %%
# shadow prices, move b a bit
shadow = []
for k in range(2):
    b2 = list(b)
    b2[k] += 1
    shadow.append(round(-linprog(c, A_ub=A, b_ub=b2).fun + lp.fun, 4))
shadow

# %% [markdown]
# ## knapsack

# %%
random.seed(11)
items = [(random.randint(1, 12), random.randint(5, 60)) for _ in range(15)]
CAP = 35
items

# %%
@lru_cache(None)
def best(i, cap):
    if i == len(items):
        return 0
    w, v = items[i]
    skip = best(i + 1, cap)
    return max(skip, v + best(i + 1, cap - w)) if w <= cap else skip

opt = best(0, CAP)
opt

# %%
best.cache_info().currsize > 0

# %%
greedy, cap = 0, CAP
for w, v in sorted(items, key=lambda t: -t[1] / t[0]):
    if w <= cap:
        cap -= w
        greedy += v
print(greedy, opt, greedy <= opt)

# %% [markdown]
# ## annealing

# %%
# %%time
cities = np.random.RandomState(4).rand(12, 2)

def length(tour):
    return float(np.linalg.norm(cities[tour] - cities[np.roll(tour, 1)], axis=1).sum())

tour = np.arange(12)
temp, best_len, best_tour = 1.0, length(tour), tour.copy()
lens = []
for step in range(1500):
    i, j = sorted(random.sample(range(12), 2))
    new = tour.copy()
    new[i:j + 1] = new[i:j + 1][::-1]
    dl = length(new) - length(tour)
    if dl < 0 or random.random() < math.exp(-dl / temp):
        tour = new
    if length(tour) < best_len:
        best_len, best_tour = length(tour), tour.copy()
    temp *= 0.996
    lens.append(length(tour))

# %%
plt.plot(lens)
plt.show()

# %%
t = np.r_[best_tour, best_tour[0]]
plt.plot(cities[t, 0], cities[t, 1], 'o-')

# %%
# 2-opt at the end
def two_opt(tour):
    improved = True
    while improved:
        improved = False
        for i in range(1, len(tour) - 1):
            for j in range(i + 1, len(tour)):
                new = np.r_[tour[:i], tour[i:j][::-1], tour[j:]]
                if length(new) < length(tour) - 1e-12:
                    tour, improved = new, True
    return tour

final = two_opt(best_tour)
gain = best_len - length(final)
gain >= 0

# %%
# fit
xs = np.linspace(0, 4, 40)
model = lambda x, a, k: a * np.exp(-k * x)
ys = model(xs, 2.5, 1.3) + np.random.RandomState(0).normal(0, .05, 40)
popt, pcov = optimize.curve_fit(model, xs, ys)
err = np.sqrt(np.diag(pcov))
half = partial(model, a=popt[0], k=popt[1])
plt.plot(xs, ys, '.'); plt.plot(xs, half(xs))
print(popt.round(1))

# %%
root = optimize.brentq(lambda x: half(x) - popt[0] / 2, 0, 4)
summary = dict(table, lp=-lp.fun, knap=opt, tour=round(best_len, 4), root=round(root, 2))
summary
