# %% [markdown]
# # A class is extended below a step that has changed it, under its name
# refused: check: this is made of another 'Base', which step 'one' changes; the steps below would not see that. Give it a name

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
class Base(Base):
    def count(self):
        return len(self.items)


# %%
# %%step two
second = Base()
print(Base.made, second.count(), isinstance(second, Base))

# %%
# %%step three
print(first.made, first.items, first.items is second.items, Base.made)
