# %% [markdown]
# # Bank queue
# how many tellers do we need

# %%
import random, heapq, math
import numpy as np
import matplotlib.pyplot as plt
from collections import deque
# %matplotlib inline
random.seed(1); np.random.seed(1)

# %%
LAM = 0.8   # arrivals per minute
MU = 0.5    # served per minute and teller
T_END = 300

# %%
random.random(), np.random.rand()

# %%
class Customer:
    count = 0
    def __init__(self, t):
        Customer.count += 1
        self.id = Customer.count
        self.arrived = t
        self.started = None
    def __repr__(self):
        return f'C{self.id}'

# %%
def arrivals(lam, end):
    t = 0
    while True:
        t += random.expovariate(lam)
        if t > end:
            return
        yield t

# %%
times = list(arrivals(LAM, T_END))
len(times)

# %%
plt.hist(np.diff(times), bins=30)
plt.title('gaps')
plt.show()

# %%
log = []

def simulate(tellers, verbose=False):
    free = tellers
    queue = deque()
    events = [(t, 0, 'arrive') for t in times]
    heapq.heapify(events)
    waits, k = [], 0
    while events:
        t, _, what = heapq.heappop(events)
        if what == 'arrive':
            queue.append(Customer(t))
        else:
            free += 1
        while free and queue:
            c = queue.popleft()
            c.started = t
            waits.append(t - c.arrived)
            free -= 1
            k += 1
            heapq.heappush(events, (t + random.expovariate(MU), k, 'leave'))
    log.append((tellers, float(np.mean(waits))))
    if verbose:
        print(tellers, 'tellers, mean wait', round(np.mean(waits), 2))
    return waits

# %%
w2 = simulate(2, verbose=True)

# %%
w3 = simulate(3, True)
print(Customer.count, 'customers so far')

# %%
# %%time
all_waits = {}
for k in range(2, 6):
    all_waits[k] = simulate(k)

# %%
log

# %%
plt.boxplot(list(all_waits.values()))
plt.xlabel('tellers')

# %%
# erlang c for comparison
def erlang(c, lam=LAM, mu=MU):
    a = lam / mu
    top = a ** c / math.factorial(c) * c / (c - a)
    return top / (sum(a ** k / math.factorial(k) for k in range(c)) + top)

theory = {c: erlang(c) / (c * MU - LAM) for c in range(2, 6)}
theory

# %%
sim = {k: float(np.mean(v)) for k, v in all_waits.items()}
diff = {k: round(sim[k] - theory[k], 3) for k in sim}

# %%
costs = []
for k in sim:
    cost = 20 * k + 3 * sim[k] * LAM * 60
    costs.append((cost, k))
best_cost, best_k = min(costs)
best_k

# %%
walk = np.cumsum(np.random.choice([-1, 1], 500))
plt.plot(walk)

# %%
x = random.sample(range(100), 5)
x.sort()
x

# %%
hits = 0
N = 20000
for _ in range(N):
    a, b = random.random(), random.random()
    hits += a * a + b * b < 1
pi_est = 4 * hits / N
print('pi', round(pi_est, 2))

# %%
runs = []
for r in range(5):
    random.seed(r)
    times = list(arrivals(LAM, T_END))
    runs.append(np.mean(simulate(3)))
ci = np.mean(runs) - 1.96 * np.std(runs), np.mean(runs) + 1.96 * np.std(runs)

# %%
print('%d runs logged, %d customers' % (len(log), Customer.count))
np.round(ci, 2)
