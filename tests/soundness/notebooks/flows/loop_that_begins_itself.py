# %% [markdown]
# # A loop whose first turn binds a name
# refused: script: step 'again' reads globals()

# %%
# %%step begin
limit = 4
# prints: 4
print(limit)

# %%
# %%step again --while more
if "k" not in globals():
    k, seen = 0, []
k += 1
seen.append(k)
if k == 2:
    late = "two"
more = k < limit
# prints: 1
# prints: 2
# prints: 3
# prints: 4
print(k)

# %%
# %%step end
# prints: 4 [1, 2, 3, 4] two
print(k, seen, late)
