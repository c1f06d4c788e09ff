# %% [markdown]
# # Optimisation problems

# %%
from scipy.optimize import linprog
c = [-3, -5]
A = [[1, 0], [0, 2], [3, 2]]
b = [4, 12, 18]
sol = linprog(c, A_ub=A, b_ub=b)
sol.x, sol.fun

# %%
# what is one more hour of plant 3 worth?
b[2] += 1
sol2 = linprog(c, A_ub=A, b_ub=b)
sol.fun - sol2.fun

# %% [markdown]
# ## Knapsack

# %%
items = [("map", 9, 150), ("compass", 13, 35), ("water", 153, 200), ("sandwich", 50, 160), ("tin", 68, 45), ("rope", 40, 100)]
CAPACITY = 250

# %%
def knapsack(items, cap):
    best = [[0] * (cap + 1) for _ in range(len(items) + 1)]
    for i, (_, w, v) in enumerate(items, 1):
        for c in range(cap + 1):
            best[i][c] = best[i-1][c]
            if w <= c:
                best[i][c] = max(best[i][c], best[i-1][c-w] + v)
    picked, c = [], cap
    for i in range(len(items), 0, -1):
        if best[i][c] != best[i-1][c]:
            picked.append(items[i-1][0])
            c -= items[i-1][1]
    return best[-1][cap], picked

value, picked = knapsack(items, CAPACITY)
print(value, picked)

# %%
# greedy
ratio = sorted(items, key=lambda it: it[2] / it[1], reverse=True)
left, greedy = CAPACITY, 0
for name, w, v in ratio:
    if w <= left:
        left -= w; greedy += v
        print("take", name)
greedy, left

# %%
from itertools import combinations
brute = max((sum(v for _, _, v in combo), combo)
            for r in range(len(items) + 1) for combo in combinations(items, r)
            if sum(w for _, w, _ in combo) <= CAPACITY)
brute[0] == value

# %% [markdown]
# ## n queens, by backtracking

# %%
solutions = []
def place(n, row=0, cols=()):
    if row == n:
        solutions.append(cols)
        return
    for c in range(n):
        if all(c != q and abs(c - q) != row - r for r, q in enumerate(cols)):
            place(n, row + 1, cols + (c,))
place(6)
len(solutions)

# %%
def board(cols):
    return "\n".join(" ".join("Q" if c == q else "." for c in range(len(cols))) for q in cols)
print(board(solutions[0]))

# %%
place(5)
len(solutions), solutions[-1]

# %%
# simulated annealing on a tiny tour
import random, math
random.seed(0)
cities = [(random.random(), random.random()) for _ in range(8)]
def length(tour):
    return sum(math.dist(cities[a], cities[b]) for a, b in zip(tour, tour[1:] + tour[:1]))
tour = list(range(8))
T = 1.0
while T > 1e-3:
    i, j = sorted(random.sample(range(8), 2))
    new = tour[:i] + tour[i:j+1][::-1] + tour[j+1:]
    if length(new) < length(tour) or random.random() < math.exp((length(tour) - length(new)) / T):
        tour = new
    T *= .99
print(tour, round(length(tour), 4))
