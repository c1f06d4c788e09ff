# %% [markdown]
# # A function changes its argument
# nobody sees from the call that it does

# %%
def normalise(rows):
    top = max(r["value"] for r in rows)
    for r in rows:
        r["value"] = r["value"] / top
    return len(rows)


# %%
# %%step load
rows = [{"name": "a", "value": 2.0}, {"name": "b", "value": 8.0}]
first = rows[0]

# %%
# %%step scale
n = normalise(rows)
print(n, "rows scaled")

# %%
# %%step use
print(first)
print([r["value"] for r in rows])

# %%
# %%step back
first["value"] = 1.5
print(max(r["value"] for r in rows))

# %%
# %%step report
print(rows)
