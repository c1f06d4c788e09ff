# %% [markdown]
# # asyncio.run in a cell

# %%
import asyncio


async def fetch(n):
    await asyncio.sleep(0)
    return n * 2


async def fetch_all(numbers):
    return await asyncio.gather(*(fetch(n) for n in numbers))


# %%
# %%step fetch_them
results = asyncio.run(fetch_all(range(3)))
print(results)

# %%
# %%step again
total = asyncio.run(fetch(sum(results)))
print(total)
