# %% [markdown]
# # A class is extended below a step that has changed it, under another name
# refused: script: step 'one' changes 'Base'

# %%
class Base:
    made = 0
    items = []

    def __init__(self):
        Base.made += 1
        self.items.append(Base.made)


# %%
# %%step one
first = Base()

# %%
class Base2(Base):
    def count(self):
        return len(self.items)


# %%
# %%step two
second = Base2()
print(Base2.made, second.count(), isinstance(second, Base))

# %%
# %%step three
print(first.made, first.items, first.items is second.items, Base2.made)
