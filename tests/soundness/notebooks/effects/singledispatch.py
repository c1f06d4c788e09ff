# %% [markdown]
# # A generic function that later cells extend
# refused: script: a script would do this before step

# %%
from functools import singledispatch


@singledispatch
def show(value):
    return f"<{value}>"


# %%
@show.register
def _(value: int):
    return f"int {value}"


@show.register(list)
def show_list(value):
    return "[" + ", ".join(show(one) for one in value) + "]"


# %%
# %%step values
values = [1, "two", [3]]
print(show(values))

# %%
@show.register(float)
def _(value):
    return f"{value:.1f}"


# %%
# %%step more
print(show([2.345, values]))
