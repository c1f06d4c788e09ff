# %% [markdown]
# # Coroutines, step by step

# %%
import asyncio
import time

# %%
async def say_after(delay, what):
    await asyncio.sleep(delay)
    return what

# %%
await say_after(0.001, "hello")

# %%
result = await say_after(0.001, "world")
print(result)

# %%
async def main():
    started = []
    async def worker(name, n):
        for i in range(n):
            started.append((name, i))
            await asyncio.sleep(0)
        return n
    totals = await asyncio.gather(worker("a", 2), worker("b", 3))
    return started, totals

started, totals = await main()
print(started)
print(totals)

# %% [markdown]
# ## Asynchronous iteration and context managers

# %%
async def ticker(n):
    for i in range(n):
        yield i
        await asyncio.sleep(0)

squares = [i * i async for i in ticker(4)]
squares

# %%
class Resource:
    log = []
    async def __aenter__(self):
        self.log.append("open")
        return self
    async def __aexit__(self, *exc):
        self.log.append("close")

async with Resource() as r:
    r.log.append("use")
print(Resource.log)

# %%
async def fails():
    raise ValueError("no")

results = await asyncio.gather(say_after(0, 1), fails(), return_exceptions=True)
[type(x).__name__ for x in results]

# %%
try:
    await asyncio.wait_for(asyncio.sleep(5), timeout=0.01)
except asyncio.TimeoutError:
    print("timeout!")

# %%
queue = asyncio.Queue()
for i in range(3):
    queue.put_nowait(i)
items = []
while not queue.empty():
    items.append(await queue.get())
print(items, queue.qsize())
