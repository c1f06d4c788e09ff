# %% [markdown]
# # A counter that several cells go on with

# %%
# %%step start
count = 0
names = []
label = "run"

# %%
# %%step one
count += 1
names += ["one"]
label += "-1"
print(count, names, label)

# %%
# %%step two
for name in ("two", "three"):
    count += 1
    names.append(name)
print(count, names)

# %%
# %%step three
label = label.upper()
count, names = count * 10, names[::-1]
print(count, names, label)

# %%
# %%step show
print(label, count, names, name)
