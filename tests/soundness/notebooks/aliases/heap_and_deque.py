# %% [markdown]
# # Standard library functions that change what they are given

# %%
import bisect
import heapq
import random
from collections import OrderedDict, deque

random.seed(3)

# %%
# %%step make
heap = [5, 3, 8]
same = heap
recent = deque([1, 2, 3], maxlen=3)
window = recent
ordered = OrderedDict(a=1, b=2)
print(len(heap))

# %%
# %%step push
heapq.heapify(heap)
heapq.heappush(heap, 1)
recent.append(4)
print(heap[0], list(recent))

# %%
# %%step show
print(same is heap, len(same), list(window))

# %%
# %%step sorted_insert
same.sort()
bisect.insort(same, 4)
ordered.move_to_end("a")
print(heap, list(ordered))

# %%
# %%step shuffle
random.shuffle(heap)
print(sorted(same) == sorted(heap), same == heap, same)
