# %% [markdown]
# ### Recursion
# Every recursive function needs a base case.

# %%
def factorial(n):
    if n == 0:
        return 1
    return n * factorial(n - 1)
factorial(10)

# %%
calls = 0
def fib(n):
    global calls
    calls += 1
    return n if n < 2 else fib(n - 1) + fib(n - 2)

# %%
print(fib(15), calls)

# %%
calls = 0
fib(10)
print(calls)

# %% [markdown]
# ### Memoization

# %%
memo = {}
def fib_memo(n):
    if n in memo:
        return memo[n]
    memo[n] = n if n < 2 else fib_memo(n - 1) + fib_memo(n - 2)
    return memo[n]

fib_memo(50)

# %%
len(memo)

# %%
from functools import lru_cache

@lru_cache(maxsize=None)
def paths(r, c):
    if r == 0 or c == 0:
        return 1
    return paths(r - 1, c) + paths(r, c - 1)

print(paths(10, 10))

# %%
print(paths.cache_info())

# %% [markdown]
# ### Towers of Hanoi

# %%
moves = []
def hanoi(n, a="A", b="B", c="C"):
    if n:
        hanoi(n - 1, a, c, b)
        moves.append((a, c))
        hanoi(n - 1, b, a, c)

hanoi(4)
len(moves)

# %%
print(moves[:5])

# %% [markdown]
# ### Permutations, by hand and by the library

# %%
def perms(s):
    if len(s) <= 1:
        yield s
    for i, ch in enumerate(s):
        for rest in perms(s[:i] + s[i+1:]):
            yield ch + rest

# %%
from itertools import permutations
p = list(perms("abcd"))
q = ["".join(t) for t in permutations("abcd")]
p == q, len(p)

# %%
# %timeit -n 2 -r 2 fib(8)
