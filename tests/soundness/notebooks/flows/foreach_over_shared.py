# %% [markdown]
# # Items that are objects of a list that stays

# %%
# %%step load
shops = [{"name": "a", "sales": [1, 2]}, {"name": "b", "sales": [5]}]
first = shops[0]
print(len(shops))
# prints: 2

# %%
# %%step total --foreach shop in shops
shop["sales"].append(100)
amount = sum(shop["sales"])
print(shop["name"], amount)
# prints: a 103
# prints: b 105

# %%
# %%step all_of_them --join total
amounts = inputs.amount
print(amounts, first is shops[0])
# prints: [103, 105] True
