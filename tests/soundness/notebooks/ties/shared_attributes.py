# %% [markdown]
# # Objects that share their attributes
# refused: script: step 'a' changed 'Borg'

# %%
# %%step a
class Borg:
    state = {}

    def __init__(self):
        self.__dict__ = self.state

x = Borg()
y = Borg()
x.v = 1
print(y.v)

# %%
# %%step b
y.v = 2
print(x.v)

# %%
# %%step c
z = Borg()
print(x.v, y.v, z.v)
