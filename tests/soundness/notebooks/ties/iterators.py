# %% [markdown]
# # Iterators over a list that grows

# %%
import itertools

# %%
# %%step make
lst = [1, 2, 3]
it = iter(lst)
cyc = itertools.cycle(lst)
pairs = enumerate(lst)
back = reversed(lst)
print(next(it), next(cyc), next(pairs))

# %%
# %%step change
lst.append(4)
lst[1] = 20
print(next(it), next(cyc), next(pairs), next(back))

# %%
# %%step show
print(list(it), [next(cyc) for _ in range(6)], list(pairs), list(back))
