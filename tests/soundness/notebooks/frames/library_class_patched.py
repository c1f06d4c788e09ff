# %% [markdown]
# # An own method for every frame

# %%
import pandas as pd


def doubled(self):
    return self * 2


pd.DataFrame.doubled = doubled


@pd.api.extensions.register_dataframe_accessor("own")
class Own:
    def __init__(self, df):
        self._df = df

    def total(self):
        return int(self._df.to_numpy().sum())


# %%
# %%step load
df = pd.DataFrame({"x": [1, 2]})
print(df.doubled()["x"].tolist())

# %%
# %%step sum_up
print(df.own.total(), df.doubled().own.total())
