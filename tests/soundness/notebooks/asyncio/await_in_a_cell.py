# %% [markdown]
# # await at the top level of a cell, as notebooks allow
# refused: script: step 'one' uses await at its top level, which is impossible in a method
# Plain Python cannot run this one.

# %%
import asyncio


async def fetch(n):
    await asyncio.sleep(0)
    return n + 1


# %%
# %%step one
value = await fetch(1)
print(value)
# prints: 2

# %%
# %%step several
values = await asyncio.gather(*(fetch(n) for n in range(value)))
print(values)
# prints: [1, 2]

# %%
# %%step end
print(sum(values) + value)
# prints: 5
