# %% [markdown]
# # Steps add methods to a class of an ordinary cell
# refused: script: step 'add' changes 'Item'

# %%
import functools


class Item:
    price = 2


class Special(Item):
    price = 3


def total(self, v=0.5):
    return self.price * (1 + v)


def counted(n):
    calls = []

    def count(self):
        calls.append(n)
        return len(calls)

    return count


# %%
# %%step add
def named(self, *, name="x", **more):
    return name * self.price


named.used = 0
Item.total, Item.named, Item.count = total, named, counted(1)
Item.limit = staticmethod(functools.partial(max, 4))
Item.currency = "E"
print(Item().total())

# %%
# %%step use
one = Item()
Item.named.used += 1
print(one.total(), one.total(v=1), one.named(), one.count(), one.count(), Item.limit(3), one.currency)

# %%
# %%step below
print(Special().total(), Special().named(name="y"), Item.named.used, one.count())
