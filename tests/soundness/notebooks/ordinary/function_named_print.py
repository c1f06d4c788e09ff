# %% [markdown]
# # A function of the notebook that is called as one of Python's

# %%
hits = []


def display(*values):
    hits.append(len(values))


def print_all(values):
    for value in values:
        print(value)


# %%
display(1, 2)
rows = [1, 2, 3]
display(*rows)

# %%
# %%step use
total = sum(hits)
print(hits, total)

# %%
# %%step look
print_all([*hits, total])
