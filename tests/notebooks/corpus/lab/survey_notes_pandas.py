# %% [markdown]
# ## Survey among the students (n=12), answers typed in by hand

# %%
import pandas as pd
answers = """id,age,hours,coffee,comment
1,21,10,yes,"fine, thanks"
2,22,,no,
3,abc,12,yes,too early
4,25,8,Yes,"room 3, too hot"
5,23,15,YES,
6,21,11,no,nothing
"""
open("survey.csv", "w").write(answers)

# %%
df = pd.read_csv("survey.csv", index_col="id")
df

# %%
df["age"] = pd.to_numeric(df["age"], errors="coerce")
df["coffee"] = df["coffee"].str.lower().map({"yes": True, "no": False})

# %%
df.hours.mean(), df.age.median()

# %%
more = pd.DataFrame({"age": [20, 30], "hours": [5, 20], "coffee": [False, True]}, index=[7, 8])
df = pd.concat([df, more])

# %%
df

# %%
coffee = df[df.coffee]
print("coffee", len(coffee), coffee.hours.mean())

# %%
df = df.drop(columns="comment").dropna()
df.shape

# %%
coffee.comment.str.contains("hot", na=False).sum()

# %%
print(df.corr(method="spearman").round(3))

# %%
df.eval("ratio = hours / age", inplace=True)
df.query("ratio > .5 and coffee").index.tolist()

# %%
df.loc[9] = [22, 9, False, 9/22]
print(df.tail(2), df.dtypes.astype(str).to_dict())
