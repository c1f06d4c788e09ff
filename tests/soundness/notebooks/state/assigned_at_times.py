# %% [markdown]
# # Functions that assign a global name under a condition
# refused: script: step 'one' changes 'status', which cell 2 defines

# %%
status, results, best, trained = "new", [], None, 0


def fit(x):
    global status
    results.append(x)
    if x > 0:
        status = "positive"
    return x * 2


def first(values):
    global best
    for value in values:
        best = value
        return True
    return False


class Model:
    def train(self, x):
        global trained
        if x < 0:
            return
        trained = x


# %%
# %%step one
a = fit(3)
found = first([7, 8])
Model().train(4)
print(a, status, best, trained)

# %%
# %%step two
b = fit(-3)
found = first([])
Model().train(-1)
print(b, found)

# %%
# %%step look
print(status, best, trained, results)

# %%
# %%step below
fit(-1)
print(status, len(results))
