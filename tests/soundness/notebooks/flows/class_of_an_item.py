# %% [markdown]
# # A class that takes a value from around it, in a step that runs once per item

# %%
# %%step load
numbers = [1, 2, 3]
print(len(numbers))
# prints: 3

# %%
# %%step work --foreach number in numbers
doubled = 2 * number


class Kept:
    value = doubled


made = Kept()

# %%
# %%step best --join work
print([one.made.value for one in inputs], sorted(one.doubled for one in inputs))
# prints: [2, 4, 6] [2, 4, 6]
