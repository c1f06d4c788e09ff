# %% [markdown]
# # A class that keeps its objects, and a subclass of it
# refused: script: step 'make' changes 'Account'

# %%
class Account:
    rate = 1
    every = []

    def __init__(self, balance):
        self.balance = balance
        Account.every.append(self)


# %%
class Savings(Account):
    pass


def kinds():
    return [type(one) is Savings for one in Account.every]


# %%
# %%step make
first, second = Savings(10), Savings(20)

# %%
# %%step pay
Account.rate = 5
for one in Account.every:
    one.balance += one.balance * one.rate
print(kinds())

# %%
# %%step show
print(first.balance, second.balance, Savings.rate, Savings.__mro__[1] is Account)

# %%
# %%step more
third = Account(1)
print(kinds(), third.rate)

# %%
print(Savings.rate, Savings.__mro__[1] is Account, type(first) is Savings, type(third) is Account, kinds())
print(first in Account.every, len(Account.every))
