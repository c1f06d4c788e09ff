# %%
ITEMS = [1, 2]
CFG = {"a": [0]}
# %%
# %%step one
a = ITEMS
c = CFG["a"]
# %%
# %%step two
b = ITEMS
d = CFG
# %%
# %%step three
a.append(3)
c.append(7)
# %%
# %%step four
# refused: script: step 'three' may change what an ordinary cell calls 'ITEMS', and 'four' reads 'ITEMS'
print(a, b, ITEMS, c, d, CFG)
# %%
# %%step five
b.append(4)
d["z"] = 1
# %%
# %%step six
print(a, b, ITEMS, c, d, CFG)
