# %% [markdown]
# # Shallow and deep copies

# %%
import copy

# %%
# %%step make
plan = {"days": [1, 2], "who": ("ann", ["bob"])}
shallow = copy.copy(plan)
deep = copy.deepcopy(plan)
listed = list(plan["days"])
print(shallow == deep)

# %%
# %%step change
plan["days"].append(3)
plan["who"][1].append("cy")
plan["new"] = True
print(len(plan))

# %%
# %%step compare
print(shallow)
print(deep, listed)

# %%
# %%step change_the_copy
shallow["who"][1].clear()
shallow["days"] = []
print(plan["who"], plan["days"])
