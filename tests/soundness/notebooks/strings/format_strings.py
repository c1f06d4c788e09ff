# %% [markdown]
# # f-strings, templates, and nested comprehensions

# %%
from string import Template

GREETING = Template("Hello $name, you are number $n")
WIDTH = 8

# %%
# %%step people
people = ["ann", "bob"]
n = 41

# %%
# %%step greet
print(GREETING.substitute(name=people[0], n=n + 1))
print(f"{people[1]:>{WIDTH}}|{n!r:<{WIDTH}}|")

# %%
# %%step table
lines = [f"{p}:{q}" for p in people for q in range(len(p)) if q % 2 == n % 2]
print(lines)

# %%
# %%step legacy
print("%(a)s-%(b)03d" % {"a": people, "b": n})
print("{0[0]} {n}".format(people, n=n))
