# %% [markdown]
# # setattr, vars and __dict__

# %%
from types import SimpleNamespace

# %%
# %%step make
settings = SimpleNamespace(lr=0.1, layers=[1, 2])
layers = settings.layers
backup = vars(settings)
print(settings)

# %%
# %%step set_some
setattr(settings, "lr", 0.5)
for _key, _value in {"epochs": 3, "name": "x"}.items():
    setattr(settings, _key, _value)
print(backup["epochs"])

# %%
# %%step through_dict
backup.update(lr=0.9)
layers.append(3)
print(settings)

# %%
# %%step remove
del settings.name
print(sorted(backup), settings.layers is layers)
