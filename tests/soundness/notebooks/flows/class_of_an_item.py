# %% [markdown]
# # A class that takes a value from around it, in a step that runs once per item

# %%
# %%step load
numbers = [1, 2, 3]

# %%
# %%step work --foreach number in numbers
doubled = 2 * number


class Kept:
    value = doubled


made = Kept()

# %%
# %%step best --join work
print([one.made.value for one in inputs])
print(sorted(one.doubled for one in inputs))
