# %% [markdown]
# # Iterators are consumed; generators that reach the next cell are refused or kept

# %%
# %%step prepare
numbers = list(range(5))
squares = [n * n for n in numbers]
pairs = list(zip(numbers, squares))
print(pairs[:2])

# %%
# %%step use
gen = (n for n in squares if n % 2)
odd = list(gen)
del gen
print(odd)

# %%
# %%step end
print(sum(odd), len(pairs))
