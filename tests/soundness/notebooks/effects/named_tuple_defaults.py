# %% [markdown]
# # Small classes and lookups

# %%
from collections import Counter, defaultdict, namedtuple

Point = namedtuple("Point", "x y")
SEEN = Counter()
BY_LETTER = defaultdict(list)

# %%
SEEN.update("abracadabra")
for _word in ("ape", "bee", "ant"):
    BY_LETTER[_word[0]].append(_word)
Point.__doc__ = "A place."

# %%
# %%step count
print(SEEN.most_common(2))
print(dict(BY_LETTER))

# %%
# %%step points
p = Point(1, 2)
print(p, Point.__doc__, isinstance(p, Point))

# %%
# %%step back
print(isinstance(p, Point), p.x + SEEN["a"])
