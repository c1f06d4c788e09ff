# %% [markdown]
# # Swapped names, and a tuple that holds lists

# %%
# %%step make
left, right = [1], [2]
pair = (left, right)
print(pair)

# %%
# %%step swap
left, right = right, left
left.append(20)
print(left, right, pair)

# %%
# %%step through_tuple
pair[0].append(10)
a, b = pair
print(a is right, b is left)

# %%
# %%step clear
a.clear()
print(left, right, pair, b)
