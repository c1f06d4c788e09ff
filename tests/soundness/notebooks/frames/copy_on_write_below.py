# %%
import pandas as pd
# %%
# %%step one
df = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
raw = df["b"].to_numpy()
# %%
# %%step two
bees = df["b"]
# %%
# %%step three
df.loc[0, "b"] = 100
# %%
# %%step four
print(df["b"].tolist(), raw.tolist(), bees.tolist())
