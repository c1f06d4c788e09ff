# %% [markdown]
# # Functions made in loops, and defaults that are bound early

# %%
# %%step make
factor = 10
late = [lambda: n for n in range(3)]
early = [lambda x, n=n: x * n for n in range(3)]


def scaled(x):
    return x * factor


print([f() for f in late])

# %%
# %%step use
print([f(2) for f in early], scaled(1))

# %%
# %%step change
factor = 100
print(scaled(1))

# %%
# %%step end
print([f() for f in late], scaled(2), early[2](factor))
