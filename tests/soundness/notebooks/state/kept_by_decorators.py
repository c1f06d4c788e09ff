# %% [markdown]
# # Decorators that keep something in their variables
# refused: script: step 'a' calls a function that assigns 'n'

# %%
import functools


def counted(f):
    n = 0

    @functools.wraps(f)
    def g(*a):
        nonlocal n
        n += 1
        return (n, f(*a))

    return g


def logged(f):
    log = []

    def g(*a):
        log.append(a)
        return f(*a) + (len(log),)

    return g


class Api:
    @counted
    def get(self, x):
        return x

    @staticmethod
    @logged
    def put(x):
        return (x,)


@logged
@counted
def area(x):
    return x * x


def make():
    def walk(n):
        return n if n < 1 else walk(n - 1)

    return walk


def once(f):
    done = []

    @functools.wraps(f)
    def g():
        if not done:
            done.append(f())
        return done[0]

    return g


@once
def table():
    print("made")
    return {"rows": []}


# %%
# %%step a
print(area(2), Api().get(1), Api.put(1))

# %%
# %%step b
print(area(3), Api().get(1), Api.put(1))
t = table()

# %%
# %%step c
table()["rows"].append(area(1))
print(t, table() is t)

# %%
# %%step d
print(table() is t, t, Api().get(5))
