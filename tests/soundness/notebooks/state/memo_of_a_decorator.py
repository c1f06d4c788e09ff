# %% [markdown]
# # An own memo in a closure
# refused: script: step 'a' changes 'calls', which cell 2 defines

# %%
def memo(f):
    cache = {}

    def g(*a):
        if a not in cache:
            cache[a] = f(*a)
        return cache[a]

    return g


calls = 0


@memo
def sq(x):
    global calls
    calls += 1
    return x * x


# %%
# %%step a
print(sq(2), calls)

# %%
# %%step b
print(sq(2), sq(3), calls)

# %%
# %%step c
print(sq(3), calls)
