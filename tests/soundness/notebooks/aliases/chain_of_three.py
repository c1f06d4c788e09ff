# %% [markdown]
# # A name of a name of a name

# %%
# %%step first
measurements = [3, 1, 2]

# %%
# %%step second
data = measurements
print(data)

# %%
# %%step third
values = data
values.sort()
print("values", values)

# %%
# %%step fourth
print("measurements", measurements)
print("data", data)

# %%
# %%step fifth
measurements.append(10)
total = sum(values)
print(total)

# %%
# %%step sixth
print(values, data, measurements, total)
