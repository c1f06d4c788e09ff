# %% [markdown]
# # Object-oriented programming
# Classes with state: an account, an account with interest, and a bank that holds them.

# %%
class Account:
    """A bank account."""
    count = 0

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        Account.count += 1

    def deposit(self, amount):
        self.balance += amount
        return self

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("insufficient funds")
        self.balance -= amount
        return self

    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"

# %%
a = Account("Ada", 100)
b = Account("Ben")

# %%
a.deposit(50).withdraw(30)
a

# %%
try:
    b.withdraw(1)
except ValueError as e:
    print("error:", e)

# %%
print(Account.count)

# %% [markdown]
# ## Inheritance

# %%
class Savings(Account):
    def __init__(self, owner, balance=0, rate=0.02):
        super().__init__(owner, balance)
        self.rate = rate

    def add_interest(self):
        self.balance *= 1 + self.rate

s = Savings("Cleo", 1000)
s.add_interest()
print(s, isinstance(s, Account), Account.count)

# %%
class Bank:
    def __init__(self):
        self.accounts = {}

    def add(self, account):
        self.accounts[account.owner] = account

    def total(self):
        return sum(acc.balance for acc in self.accounts.values())

bank = Bank()
for account in (a, b, s):
    bank.add(account)

# %%
bank.total()

# %% [markdown]
# The bank holds the very same objects:

# %%
a.deposit(1000)
print(bank.accounts["Ada"])
bank.accounts["Ada"] is a

# %% [markdown]
# ## Exercise: properties

# %%
class Temperature:
    def __init__(self, celsius):
        self._c = celsius

    @property
    def fahrenheit(self):
        return self._c * 9 / 5 + 32

    @fahrenheit.setter
    def fahrenheit(self, value):
        self._c = (value - 32) * 5 / 9

# %%
t = Temperature(20)
print(t.fahrenheit)
t.fahrenheit = 212
print(t._c)

# %%
print(bank.total(), Account.count)
