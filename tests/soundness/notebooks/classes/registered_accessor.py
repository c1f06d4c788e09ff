# %% [markdown]
# # A class that a library keeps, with a counter and a list
# refused: script: step 'first' changes 'Tracked', which cell 2 defines

# %%
import pandas as pd


@pd.api.extensions.register_series_accessor("tracked")
class Tracked:
    made = 0
    log = []

    def __init__(self, series):
        Tracked.made += 1
        Tracked.log.append(int(series.sum()))

    @property
    def total(self):
        return self.__class__.log[-1]


# %%
# %%step first
a = pd.Series([1, 2]).tracked.total
print(a, Tracked.made, Tracked.log)
# prints: 3 1 [3]

# %%
# %%step second
b = pd.Series([4]).tracked.total
print(b, Tracked.made, Tracked.log)
# prints: 4 2 [3, 4]

# %%
# %%step last
print(Tracked.made, Tracked.log)
# prints: 2 [3, 4]
