# %% [markdown]
# # Classes inside of classes keep their identity

# %%
from dataclasses import dataclass
from enum import Enum


class Order:
    class State(Enum):
        OPEN = 1
        PAID = 2

    class Refused(Exception):
        pass

    @dataclass
    class Line:
        price: float = 1.0

        class Note:
            text = "none"

    def pay(self, price):
        if price < 0:
            raise Order.Refused(price)
        self.line, self.state = Order.Line(price), Order.State.PAID


# %%
# %%step make
order, note, refusal = Order(), Order.Line.Note(), Order.Refused(3)
order.pay(2.5)
by_state = {Order.State.PAID: [order], Order.State.OPEN: []}
print(order.line, note.text)

# %%
# %%step compare
print(order.state is Order.State.PAID, order.line == Order.Line(2.5), isinstance(note, Order.Line.Note))
print(len(by_state[Order.State.PAID]), type(refusal) is Order.Refused)
try:
    order.pay(-1)
except type(refusal) as error:
    print("refused", error)
# %%
# %%step define
class Basket:
    class Item:
        def __init__(self, name):
            self.name = name


item = Basket.Item("pear")
# %%
# %%step use
print(isinstance(item, Basket.Item), [type(one) is Basket.Item for one in [item, Basket.Item("fig")]], item.name)
