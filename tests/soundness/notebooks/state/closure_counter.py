# %% [markdown]
# # A closure that counts
# refused: script: step 'make' hands on 'count', which no statement of it assigns

# %%
def make_counter(start):
    count = start

    def bump(by=1):
        nonlocal count
        count += by
        return count

    return bump


# %%
# %%step make
counter = make_counter(10)
print(counter())

# %%
# %%step use
print(counter(5))

# %%
# %%step again
last = counter()
print(last)

# %%
# %%step other
fresh = make_counter(0)
print(fresh(), counter())
