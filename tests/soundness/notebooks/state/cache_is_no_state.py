# %% [markdown]
# # functools.cache saves time and changes nothing

# %%
from functools import cache, lru_cache


@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@lru_cache(maxsize=None)
def square(n):
    return n * n


# %%
# %%step numbers
numbers = [fib(n) for n in range(10)]
print(numbers)

# %%
# %%step squares
print([square(n) for n in numbers[:5]])

# %%
# %%step more
print(fib(50), square(12))
