# %% [markdown]
# # Lists and dicts of classes

# refused: script: A script cannot pass that on

# %%
class Config:
    items = [1]
    table = {"a": 1}


class Outer:
    class Inner:
        count = 0
        table = {}


def tagged(x):
    return x


tagged.calls = []

# %%
# %%step take
items = Config.items
table = Config.table
calls = tagged.calls
print(items)

# %%
# %%step change
items.append(2)
calls.append("a")
print(items, Config.items, tagged.calls)

# %%
# %%step change_the_class
Config.table["b"] = 3
tagged.calls.append("b")
Outer.Inner.count += 1
Outer.Inner.table["c"] = table
print(Config.items, table, calls)

# %%
# %%step show
print(Config.items, items, Config.table, table, tagged.calls, calls)
print(Outer.Inner.count, Outer.Inner.table, Outer.Inner.table["c"] is table)
print(Config.items is items, Config.table is table, tagged.calls is calls)
