# %% [markdown]
# # A closure that counts
# refused: script: step 'make' passes on 'count', but none of its statements assigns it

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
