# %%
# %%step make
n = [1, 2]
table = {"k": [6], "n": 1}
inner = table["k"]

# %%
# %%step both
pair = [n, inner]


# %%
def add(thing, x):
    thing.append(x)


# %%
# %%step change_inner
table["n"] = 3
add(table["k"], 4)

# %%
# %%step change_n
# refused: script: ChangeLeftBehind: step 'change_n' changed an object that 'pair' also refers to
add(n, 7)

# %%
# %%step show
print(n, table, inner, pair)
