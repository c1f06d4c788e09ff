# %% [markdown]
# # An own memo, whose size is printed
# refused: script: step 'one' changes 'MEMO', which cell 2 defines

# %%
MEMO = {}


def slow_square(n):
    if n not in MEMO:
        MEMO[n] = n * n
    return MEMO[n]


# %%
# %%step one
print(slow_square(3), len(MEMO))

# %%
# %%step two
print(slow_square(4), len(MEMO))

# %%
# %%step three
print(sorted(MEMO.items()))
