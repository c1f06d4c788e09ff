# %% [markdown]
# # Sorting
#
# We count comparisons with a global counter.

# %%
import random
import time
random.seed(10)
data = random.sample(range(1000), 60)

# %%
comparisons = 0
def less(a, b):
    global comparisons
    comparisons += 1
    return a < b

# %%
def insertion_sort(a):
    a = list(a)
    for i in range(1, len(a)):
        j = i
        while j > 0 and less(a[j], a[j-1]):
            a[j], a[j-1] = a[j-1], a[j]
            j -= 1
    return a

def merge_sort(a):
    if len(a) < 2:
        return list(a)
    m = len(a) // 2
    l, r = merge_sort(a[:m]), merge_sort(a[m:])
    out = []
    while l and r:
        out.append(l.pop(0) if less(l[0], r[0]) else r.pop(0))
    return out + l + r

def quicksort(a):
    if len(a) < 2:
        return a
    p, *rest = a
    return quicksort([x for x in rest if less(x, p)]) + [p] + quicksort([x for x in rest if not x < p])

# %%
assert insertion_sort(data) == merge_sort(data) == quicksort(data) == sorted(data)

# %%
table = {}
for f in (insertion_sort, merge_sort, quicksort):
    comparisons = 0
    f(data)
    table[f.__name__] = comparisons
table

# %%
comparisons

# %% [markdown]
# In place, with a view of the list:

# %%
def selection_sort(a):
    for i in range(len(a)):
        k = min(range(i, len(a)), key=a.__getitem__)
        a[i], a[k] = a[k], a[i]

work = data
selection_sort(work)
print(work[:5], data[:5], work is data)

# %%
comparisons = 0
insertion_sort(data)
print("already sorted:", comparisons)

# %%
words = "the quick brown fox jumps over the lazy dog".split()
sorted(words, key=lambda w: (len(w), w))

# %%
from operator import itemgetter
people = [("Zoe", 31), ("Al", 25), ("Mia", 31)]
people.sort(key=itemgetter(1), reverse=True)
print(people)

# %%
start = time.perf_counter()
merge_sort(list(range(500)))
elapsed_ok = time.perf_counter() - start < 5
elapsed_ok
