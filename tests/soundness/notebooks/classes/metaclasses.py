# %% [markdown]
# # Metaclasses that count and register what is made of them

# %%
# %%step define
class Registry(type):
    names = []
    made = 0

    def __new__(cls, name, bases, space):
        found = super().__new__(cls, name, bases, space)
        cls.names.append(name)
        return found

    def __init__(cls, name, bases, space):
        super().__init__(name, bases, space)
        Registry.made += 1


class Model(metaclass=Registry):
    pass


print(Registry.names)

# %%
# %%step derive
class Linear(Model):
    weights = []


model = Linear()
print(Registry.names, Registry.made)

# %%
# %%step use
model.weights.append(1)
print(Registry.names, Registry.made, type(model).__name__)

# %%
# %%step last
print(Registry.names, Registry.made, Linear.weights, isinstance(model, Model))
