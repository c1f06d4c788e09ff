# %% [markdown]
# # What pandas copies, and what it does not

# %%
import pandas as pd

# %%
# %%step load
sales = pd.DataFrame({"city": ["A", "B", "A"], "amount": [5, 7, 9]})
amounts = sales["amount"]
head = sales.head(2)
alias = sales
print(len(head))

# %%
# %%step change
sales.loc[0, "amount"] = 500
print(amounts.tolist(), head["amount"].tolist(), alias["amount"].tolist())

# %%
# %%step change_the_series
amounts.iloc[1] = -1
print(sales["amount"].tolist())

# %%
# %%step rename
alias.columns = ["town", "euro"]
print(list(sales.columns), list(head.columns))

# %%
# %%step total
print(sales["euro"].sum(), amounts.sum())
