# %% [markdown]
# # A decorator whose log is an attribute as well
# refused: script: step 'c' changes 'sq', which cell 2 defines

# %%
import functools


def logged(f):
    log = []

    @functools.wraps(f)
    def g(*a):
        log.append(a)
        return f(*a)

    g.log = log
    g.clear = log.clear
    return g


@logged
def sq(x):
    return x * x


# %%
# %%step a
print(sq(2), sq.log)

# %%
# %%step b
print(sq(3), sq.log)

# %%
# %%step c
print(sq.log)
sq.clear()

# %%
# %%step d
print(sq.log, sq(1), sq.log)
