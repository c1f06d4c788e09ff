# %% [markdown]
# # An import and a function that take a name over

# %%
import json

# %%
# %%step plain
loads = "not a function yet"
dump = {"a": 1}
print(loads)

# %%
# %%step take
from json import loads


def size(text):
    return len(loads(text))


print(size('{"a": 1, "b": 2}'))

# %%
# %%step use
print(loads("[1, 2]"), json.dumps(dump), size("[]"))
