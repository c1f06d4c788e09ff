# %% [markdown]
# # A fit that computes its result when asked

# %%
class Fit:
    def __init__(self, data):
        self.data = data
        self._r = None

    def result(self):
        if self._r is None:
            self._r = sum(self.data) / len(self.data)
        return self._r


# %%
# %%step fitted
fit = Fit([1, 2, 3, 6])

# %%
# %%step look
print(fit.result())

# %%
# %%step again
print(fit.result() * 2)

# %%
# %%step publish
text = f"mean is {fit.result():.1f}"
print(text)

# %%
print(text, fit._r)
