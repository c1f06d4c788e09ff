# %% [markdown]
# # A loop of which some turns bind a name

# %%
# %%step begin
limit, k, seen = 4, 0, []
# prints: 4
print(limit)

# %%
# %%step again --while more
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
