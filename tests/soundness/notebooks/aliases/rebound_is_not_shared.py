# %% [markdown]
# # Rebinding ends the sharing, changing does not

# %%
# %%step start
a = [1, 2]
b = a
c = a

# %%
# %%step rebind
b = b + [3]
print(a, b)

# %%
# %%step extend
c += [4]
print(a, c)

# %%
# %%step end
print(a, b, c, a is c, a is b)

# %%
print(a, b, c)
