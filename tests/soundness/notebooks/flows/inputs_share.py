# %% [markdown]
# # What a join looks at shares objects, as it does in one process

# %%
# %%step prepare
table = {"n": 0}
grid = [1, 2]
print(table)
# prints: {'n': 0}

# %%
# %%step fit --foreach g in grid
model = {"g": g, "table": table, "items": [g]}
items = model["items"]

# %%
# %%step pick --join fit
_first = inputs[0]
_first.items.append(9)
print(_first.model["items"], _first.items is _first.model["items"], inputs[0].items, inputs.items[0])
best = _first.model
# prints: [1, 9] True [1, 9] [1, 9]

# %%
# %%step count --join fit
_table = inputs[1].model["table"]
_table["n"] += 5
print(inputs[1].model["table"] is table, table)
# prints: True {'n': 5}

# %%
# %%step show
best["items"].append(0)
print(table, best)
# prints: {'n': 5} {'g': 1, 'table': {'n': 5}, 'items': [1, 9, 0]}
