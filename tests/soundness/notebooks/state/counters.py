# %% [markdown]
# # A counter and a log behind functions
# refused: script: step 'first' changes 'CALLS', which cell 2 defines

# %%
CALLS = 0
LOG = []


def call(name):
    global CALLS
    CALLS += 1
    LOG.append(name)
    return CALLS


# %%
# %%step first
a = call("first")
print(a)

# %%
# %%step second
b = call("second") + call("again")
print(b)

# %%
# %%step report
print(CALLS, LOG)
print(a, b)
