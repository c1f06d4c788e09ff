# %% [markdown]
# # A process of one's own and a queue; a thread

# %%
import multiprocessing as mp
import threading


def work(queue, n):
    queue.put(n * 2)


# %%
# %%step ask
queue = mp.Queue()
process = mp.Process(target=work, args=(queue, 21))
process.start()
answer = queue.get(timeout=20)
process.join()
del queue, process
print(answer)

# %%
# %%step threads
results = []
threads = [threading.Thread(target=results.append, args=(n,)) for n in range(3)]
for _t in threads:
    _t.start()
for _t in threads:
    _t.join()
del threads
print(sorted(results), answer)
