# %%
from house import Model, bump, note

# %%
# %%step one
# warned: 'bump' changes 'COUNT' of house.py only in the process of step 'one': step 'two' does not see it
# warned: 'note' changes 'SEEN' of house.py only in the process of step 'one': step 'two' does not see it
a = bump()
n = note("a")

# %%
# %%step two
# warned: 'Model' of house.py changes itself only in the process of step 'two': step 'three' does not see it
b = bump()
m = note("b")
tree = Model("tree")

# %%
# %%step three
print(a, b, n, m, Model.made, tree.name)
