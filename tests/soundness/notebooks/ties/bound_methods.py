# %% [markdown]
# # Methods that were taken from objects

# refused: script: ChangeLeftBehind

# %%
# %%step make
lst = [1, 2]
d = {"a": 1}
append = lst.append
update = d.update


class Box:
    def __init__(self):
        self.items = []

    def put(self, x):
        self.items.append(x)


box = Box()
put = box.put
print(lst, d)

# %%
# %%step use
append(3)
update(b=2)
put(5)
print(lst, d, box.items)

# %%
# %%step show
print(lst, d, box.items, append.__self__ is lst, put.__self__ is box)
