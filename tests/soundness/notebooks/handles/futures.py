# %% [markdown]
# # A future that is done, and one that is not

# %%
from concurrent.futures import Future, ThreadPoolExecutor

# %%
# %%step ask
with ThreadPoolExecutor(1) as pool:
    answer = pool.submit(pow, 2, 5)
failed = Future()
failed.set_exception(ValueError("no"))
print(answer.done())

# %%
# %%step use
print(answer.result(), repr(failed.exception()))
