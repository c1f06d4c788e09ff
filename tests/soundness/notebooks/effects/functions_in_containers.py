# %% [markdown]
# # Ordinary cells call functions that a container or a partial holds
# refused: script: step 'see' changes 'L'

# %%
from functools import partial

L, counts = [], {}


def add(n):
    L.append(n)


def count(word):
    counts[word] = counts.get(word, 0) + 1


WAYS = {"add": add, "count": count}
BOTH = (add, count)
add_five = partial(add, 5)


def apply(way, value):
    WAYS[way](value)


# %%
WAYS["add"](1)
BOTH[1]("a")
add_five()

# %%
for way in BOTH[:1]:
    way(2)

# %%
apply("count", "b")

# %%
# %%step see
print(L, counts)
WAYS["add"](3)

# %%
# %%step after
print(L, counts)
