# %% [markdown]
# # Orders that hold each other's items

# %%
from dataclasses import dataclass, field
from collections import defaultdict, deque, Counter, OrderedDict, ChainMap


@dataclass
class Item:
    name: str
    qty: int = 1
    tags: list = field(default_factory=list)


@dataclass
class Order:
    items: list
    by_name: dict = field(default_factory=dict)

    @property
    def total(self):
        return sum(i.qty for i in self.items)


# %%
# %%step orders
items = [Item("a"), Item("b", 2)]
order = Order(items, {i.name: i for i in items})
first = order.by_name["a"]
print(order.total)


# %%
# %%step bump
first.qty += 10
first.tags.append("hot")
print(order.total)


# %%
# %%step group
groups = defaultdict(list)
for it in items:
    groups[bool(it.tags)].append(it)
recent = deque(items, maxlen=2)
print(sorted(groups))


# %%
# %%step more
groups[True][0].qty = 100
recent.append(Item("c", 5))
recent[0].qty = 7
groups["new"]
print(order.total, len(recent), sorted(map(str, groups)))


# %%
# %%step last
layers = ChainMap({}, order.by_name)
layers["z"] = 1
layers.maps[1]["b"] = Item("bb", 1000)
print(sorted(order.by_name), order.by_name["b"].qty, order.total, first)

# %%
# %%step fin
print(order, groups, recent, layers)
