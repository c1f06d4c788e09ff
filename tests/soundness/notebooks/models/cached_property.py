# %% [markdown]
# # cached_property on a data set

# %%
from functools import cached_property


class DataSet:
    def __init__(self, rows):
        self.rows = rows

    @cached_property
    def mean(self):
        return sum(self.rows) / len(self.rows)

    @property
    def size(self):
        return len(self.rows)


# %%
# %%step load
data = DataSet([4, 8, 12])
rows = data.rows

# %%
# %%step describe
print(data.mean, data.size)

# %%
# %%step grow
rows.append(100)
print(data.size)

# %%
# %%step stale_mean
print(data.mean, data.size, sum(data.rows))
