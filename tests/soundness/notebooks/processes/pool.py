# %% [markdown]
# # A pool of processes, with a function of the notebook

# %%
import multiprocessing as mp
from concurrent.futures import ProcessPoolExecutor

BASE = 10


def shifted(x):
    return BASE + x * x


# %%
# %%step pool
with mp.Pool(2) as pool:
    squares = pool.map(shifted, range(4))
print(squares)
del pool

# %%
# %%step executor
with ProcessPoolExecutor(2) as executor:
    more = list(executor.map(shifted, squares))
del executor
print(more)

# %%
# %%step total
print(sum(squares) + sum(more))
