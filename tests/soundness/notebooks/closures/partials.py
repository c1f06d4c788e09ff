# %% [markdown]
# # Partials hold the very objects they were made of
# refused: script: step 'calls' changed an object that 'log' also refers to

# %%
from functools import partial


def add(log, x, y):
    log.append((x, y))
    return x + y


# %%
# %%step prepare
log = []
add_five = partial(add, log, 5)
print(add_five(1))

# %%
# %%step calls
print([add_five(n) for n in (2, 3)])

# %%
# %%step look
print(log)

# %%
# %%step clear
log.clear()
print(add_five(10), log)
