# %% [markdown]
# # Functional programming HOWTO

# %%
import itertools
import operator
from functools import reduce, partial, wraps

# %%
it = iter([1, 2, 3])
next(it)

# %%
next(it), list(it)

# %%
def generate_ints(N):
    for i in range(N):
        yield i

gen = generate_ints(3)
gen

# %%
next(gen)

# %%
next(gen)

# %%
print(list(gen))

# %%
def counter(maximum):
    i = 0
    while i < maximum:
        val = (yield i)
        # If value provided, change counter
        if val is not None:
            i = val
        else:
            i += 1

it = counter(10)
print(next(it), next(it))
print(it.send(8))
print(next(it))
try:
    next(it)
except StopIteration:
    print("done")

# %% [markdown]
# ## The itertools module

# %%
list(itertools.islice(itertools.count(10, 3), 5))

# %%
city_list = [('Decatur', 'AL'), ('Huntsville', 'AL'), ('Anchorage', 'AK'), ('Flagstaff', 'AZ')]

def get_state(city_state):
    return city_state[1]

for state, cities in itertools.groupby(city_list, get_state):
    print(state, [c for c, _ in cities])

# %%
pairs = zip("abc", range(3))
first = next(pairs)
rest = dict(pairs)
first, rest

# %%
evens = (n for n in itertools.count() if n % 2 == 0)

# %%
print(list(itertools.islice(evens, 3)))

# %%
print(list(itertools.islice(evens, 3)))

# %%
total = reduce(operator.mul, range(1, 6), 1)
accumulated = list(itertools.accumulate([1, 2, 3, 4], operator.add))
total, accumulated

# %%
def log(message, subsystem):
    print('%s: %s' % (subsystem, message))

server_log = partial(log, subsystem='server')
server_log('Unable to open socket')
