# %%
from house import Model, bump, note

# %%
# %%step one
# warned: 'bump' changes 'COUNT' of house.py in the process of step 'one' alone: step 'two' does not see it
# warned: 'note' changes 'SEEN' of house.py in the process of step 'one' alone: step 'two' does not see it
a = bump()
n = note("a")

# %%
# %%step two
# warned: 'Model' of house.py changes itself in the process of step 'two' alone: step 'three' does not see it
b = bump()
m = note("b")
tree = Model("tree")

# %%
# %%step three
print(a, b, n, m, Model.made, tree.name)
