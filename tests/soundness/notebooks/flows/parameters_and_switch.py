# %% [markdown]
# # Parameters, and a switch between two ways

# %%
# %%parameters
size: int = 3  # how many
mode: str = "full"

# %%
# %%step make
items = list(range(size))
print(items, mode)
# prints: [0, 1, 2] full

# %%
# %%step full --if mode == full
result = [i * 10 for i in items]
items.append(99)
print(result)
# prints: [0, 10, 20]

# %%
# %%step short --else mode
result = items[:1]
print("never")

# %%
# %%step end
print(result, items)
# prints: [0, 10, 20] [0, 1, 2, 99]
