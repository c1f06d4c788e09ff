# %% [markdown]
# # Accounts of a small bank

# %%
class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        self.balance += amount


class Bank:
    def __init__(self):
        self.accounts = {}

    def open(self, owner, balance):
        self.accounts[owner] = Account(owner, balance)
        return self.accounts[owner]

    def total(self):
        return sum(account.balance for account in self.accounts.values())


# %%
# %%step setup
bank = Bank()
alice = bank.open("alice", 100)
bob = bank.open("bob", 50)
print(bank.total())

# %%
# %%step salary
alice.deposit(1000)
print("alice has", alice.balance)

# %%
# %%step books
print("the bank holds", bank.total())
print(bank.accounts["alice"] is alice)

# %%
# %%step rent
bank.accounts["bob"].balance -= 30
print("bob has", bob.balance)

# %%
# %%step closing
print(alice.balance, bob.balance, bank.total())

# %%
print(bank.total(), alice.balance)
