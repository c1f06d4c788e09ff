# %% [markdown]
# # Views of a dict

# %%
import collections

# %%
# %%step make
d = {"a": 1, "b": [2]}
keys = d.keys()
values = d.values()
items = d.items()
holder = {"keys": keys}
od = collections.OrderedDict(x=1)
okeys = od.keys()
print(list(keys))

# %%
# %%step change
d["c"] = 3
d["b"].append(9)
od["y"] = 2
print(list(keys), list(values), list(items))

# %%
# %%step show
print(list(keys), list(values), list(items), list(holder["keys"]), holder["keys"] is keys, "c" in keys)
print(list(okeys))
