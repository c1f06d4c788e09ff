# %% [markdown]
# # Abstract classes at which steps register others
# refused: script: step

# %%
from abc import ABC


class Drawable(ABC):
    pass


class Plot:
    pass


# %%
# %%step before
plot = Plot()
print(isinstance(plot, Drawable))

# %%
# %%step register
Drawable.register(Plot)
print(isinstance(plot, Drawable))

# %%
# %%step after
print(isinstance(plot, Drawable), issubclass(int, Drawable))

# %%
# %%step define
class Table:
    pass


Drawable.register(Table)
table = Table()

# %%
# %%step last
print([isinstance(one, Drawable) for one in (plot, table, 3)])
