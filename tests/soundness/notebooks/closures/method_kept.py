# %% [markdown]
# # A bound method and the object it is bound to
# refused: script: step 'fill' changed an object that 'add' also refers to

# %%
class Cart:
    def __init__(self):
        self.items = []

    def add(self, item):
        self.items.append(item)
        return len(self.items)


# %%
# %%step open
cart = Cart()
add = cart.add
print(add("pen"))

# %%
# %%step fill
print(add("ink"), add("cap"))

# %%
# %%step pay
print(cart.items, add.__self__ is cart)
