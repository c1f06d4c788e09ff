# %% [markdown]
# # Implementations that steps register for a generic function
# refused: script: step 'more' changed 'Printer'

# %%
from functools import singledispatch, singledispatchmethod


@singledispatch
def show(x):
    return "object"


@show.register
def _(x: float):
    return "float"


class Printer:
    @singledispatchmethod
    def show(self, x):
        return "object"


# %%
# %%step more
@show.register
def _(x: int):
    return "int"


@Printer.show.register
def _(self, x: int):
    return "int"


print(show(1), show(1.5), show("a"), Printer().show(1), Printer().show("a"))

# %%
# %%step other
@show.register(float)
def _(x):
    return "float again"


print(show(1), show(1.5), show("a"))

# %%
# %%step use
print(show(1), show(1.5), show("a"), Printer().show(1), Printer().show("a"))
print(sorted(kind.__name__ for kind in show.registry))
