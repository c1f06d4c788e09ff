# %% [markdown]
# # An index on records

# %%
# %%step records
records = [{"city": "Oslo", "n": 1}, {"city": "Rome", "n": 2}, {"city": "Oslo", "n": 3}]

# %%
# %%step group
by_city = {}
for _record in records:
    by_city.setdefault(_record["city"], []).append(_record)
print({city: len(found) for city, found in by_city.items()})

# %%
# %%step correct
for rome in by_city["Rome"]:
    rome["n"] = 20
print(records[1])

# %%
# %%step add
records[0]["n"] = 100
print(by_city["Oslo"])

# %%
# %%step sum_up
print(sum(r["n"] for r in records), sum(r["n"] for found in by_city.values() for r in found))
