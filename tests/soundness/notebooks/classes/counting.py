# %% [markdown]
# # Classes and functions that count
# refused: script: step 'one' changes 'Ticket'

# %%
class Ticket:
    count = 0
    last = None

    def __init__(self):
        Ticket.count += 1
        Ticket.last = self.number = Ticket.count


class Special(Ticket):
    made = 0

    def __init__(self):
        super().__init__()
        Special.made += 1


def call():
    call.times += 1
    return call.times


call.times = 0

# %%
# %%step one
first = Ticket()
call()

# %%
# %%step look
print(Ticket.count, isinstance(first, Ticket), call.times)

# %%
# %%step two
second = [Special(), Ticket()]
print(Ticket.count, Special.made, isinstance(first, Ticket), second[0].number, call())

# %%
# %%step three
third = Special()
print(third.number, Ticket.last, Special.count, all(isinstance(x, Ticket) for x in (first, *second, third)))

# %%
print(type(first) is Ticket, type(second[0]) is Special, type(second[1]) is Ticket, type(third) is Special)
print(first.number, third.number, Ticket.count, Special.made, call.times, call())
