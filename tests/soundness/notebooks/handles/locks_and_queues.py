# %% [markdown]
# # Locks that nobody holds, and what is made of them

# %%
import queue
import threading


class Counter:
    def __init__(self):
        self.lock, self.count = threading.Lock(), 0

    def add(self):
        with self.lock:
            self.count += 1


# %%
# %%step make
counter = Counter()
shared = [counter.lock, threading.RLock()]
waiting, ranked = queue.Queue(), queue.PriorityQueue(maxsize=3)
waiting.put("first")
ranked.put((2, "later"))
done = threading.Event()
print(waiting.qsize())

# %%
# %%step work
def count():
    threads = [threading.Thread(target=counter.add) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


count()
waiting.put("second")
ranked.put((1, "now"))
done.set()
print(counter.count, shared[0] is counter.lock)

# %%
# %%step look
with shared[1], shared[1]:
    print(waiting.get_nowait(), waiting.get_nowait(), waiting.empty(), ranked.get_nowait(), ranked.maxsize)
print(counter.count, counter.lock.locked(), done.is_set())
