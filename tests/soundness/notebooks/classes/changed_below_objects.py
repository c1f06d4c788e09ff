# %% [markdown]
# # Steps change a class of which artifacts hold objects
# refused: script: step 'change' changes 'Base'

# %%
class Base:
    place = "here"
    total = 0

    def where(self):
        return self.place

    def add(self, n):
        Base.total += n

    def mark(self):
        type(self).seen = True


class Derived(Base):
    pass


def make():
    return [Base(), Derived()]


# %%
# %%step before
made = make()
one = Base()
print([x.where() for x in made], one.where())

# %%
# %%step change
Base.place = "there"
print(Base.place)

# %%
# %%step derive
class Local(Base):
    pass


local = Local()
print(local.where(), [x.where() for x in made])

# %%
# %%step through
one.add(3)
made[1].mark()
print(one.where(), one.total, hasattr(one, "seen"), made[1].seen)

# %%
# %%step use
copies = list(made)
print(local.where(), Local().where(), one.where(), copies[1].where())

# %%
# %%step last
print([x.total for x in copies], Base.total, local.total, hasattr(Base, "seen"), Derived.seen)
