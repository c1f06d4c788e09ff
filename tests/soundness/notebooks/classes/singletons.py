# %% [markdown]
# # Classes that make one object
# refused: script: A script cannot pass that on

# %%
class Settings(dict):
    _one = None

    def __new__(cls):
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one


class Pool:
    __slots__ = ("name", "users")
    _known = {}

    def __new__(cls, name="main"):
        if name not in cls._known:
            made = cls._known[name] = super().__new__(cls)
            made.name, made.users = name, []
        return cls._known[name]


# %%
# %%step a
settings = Settings()
settings["lr"] = 1
pool = Pool()
other = Pool("other")
print(Settings() is settings, Pool() is pool)

# %%
# %%step b
Settings()["lr"] = 2
Pool("other").users.append("ann")
print(settings, pool.users, other.users)

# %%
# %%step c
other.users.append("bob")
print(settings, pool.users, Pool("other").users, Settings() is settings, Pool("other") is other)

# %%
# %%step d
third = Pool("third")
settings.extra = [pool, other, third]
print(sorted(Pool._known))

# %%
# %%step e
print(settings, [p.name for p in Settings().extra], Pool("other") is settings.extra[1], other.users)
