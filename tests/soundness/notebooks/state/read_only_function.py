# %% [markdown]
# # Functions that only read what the notebook defines

# %%
RATES = {"eur": 1.0, "usd": 1.1}


def convert(amount, currency):
    return round(amount * RATES[currency], 2)


# %%
# %%step prices
prices = {"usd": [1.0, 2.0], "eur": [3.0]}
print(prices)

# %%
# %%step total
totals = {c: sum(convert(v, c) for v in values) for c, values in prices.items()}
print(totals)

# %%
# %%step end
print(sum(totals.values()))
