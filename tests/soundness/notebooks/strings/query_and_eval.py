# %% [markdown]
# # Names that only strings hold

# %%
import pandas as pd

OFFSET = 100

# %%
# %%step load
df = pd.DataFrame({"age": [10, 20, 30, 40], "w": [1, 2, 3, 4]})
limit = 15
factor = 3

# %%
# %%step select
grown = df.query("age > @limit")
print(len(grown))

# %%
# %%step compute
df.eval("score = w * @factor + @OFFSET", inplace=True)
print(df["score"].tolist())

# %%
# %%step raise_limit
limit = 35
print(len(df.query("age > @limit and score > @OFFSET")))

# %%
# %%step evaluate
print(eval("limit + factor"))
