# %% [markdown]
# # Executors, threads, locks and joblib

# %%
import threading
import queue
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from joblib import Parallel, delayed, Memory, dump, load

# %%
def square(x):
    return x * x

with ThreadPoolExecutor(max_workers=3) as ex:
    results = list(ex.map(square, range(6)))
results

# %%
with ThreadPoolExecutor(2) as ex:
    futures = {ex.submit(pow, 2, k): k for k in range(4)}
    done = dict(sorted((futures[f], f.result()) for f in as_completed(futures)))
sorted(done.items())

# %%
lock = threading.Lock()
counter = 0
def increment(n):
    global counter
    for _ in range(n):
        with lock:
            counter += 1

threads = [threading.Thread(target=increment, args=(100,)) for _ in range(4)]
for t in threads: t.start()
for t in threads: t.join()
print(counter)

# %%
increment(5)
counter

# %%
q = queue.Queue()
out = []
def worker():
    while True:
        item = q.get()
        if item is None:
            break
        out.append(item ** 2)

th = threading.Thread(target=worker)
th.start()
for i in range(5):
    q.put(i)
q.put(None)
th.join()
print(sum(out), q.empty())

# %%
Parallel(n_jobs=1)(delayed(square)(i) for i in range(4))

# %%
calls = []
memory = Memory("cachedir", verbose=0)

@memory.cache
def slow_square(x):
    calls.append(x)
    return x * x

slow_square(3), slow_square(3), calls

# %%
dump({"a": results, "n": counter}, "stuff.joblib")

# %%
stuff = load("stuff.joblib")
stuff["n"], stuff["a"] == results

# %%
timer_fired = threading.Event()
timer = threading.Timer(0.01, timer_fired.set)
timer.start()
print(timer_fired.wait(1))
