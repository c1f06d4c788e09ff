# %% [markdown]
# # A file that is run, once and again

# %%
# %%step setup
# %run lab_setup.py
offset = BASE + 1

# %%
# %%step use
box = Box(sum(scale([1, 4])) + offset)
print(round(box.size, 3), calls, isinstance(box, Box), math.floor(box.size))

# %%
# %%step again
BASE = 0
# %run lab_setup.py
print(BASE, calls)

# %%
# %%step last
print(BASE, scale([1])[0] > 4, calls)
