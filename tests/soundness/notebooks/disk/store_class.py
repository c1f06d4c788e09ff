# %% [markdown]
# # Files of an object that knows its path

# %%
import json

class Store:
    def __init__(self, path):
        self.path = path

    def save(self, d):
        with open(self.path, "w") as f:
            json.dump(d, f)

    def load(self):
        with open(self.path) as f:
            return json.load(f)

# %%
# %%step a
Store("s.json").save({"n": 1})

# %%
# %%step b
d = Store("s.json").load()
print(d)

# %%
# %%step c
Store("s.json").save({"n": 2})

# %%
# %%step e
print(Store("s.json").load())
