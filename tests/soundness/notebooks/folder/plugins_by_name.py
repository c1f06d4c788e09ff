# %% [markdown]
# # Plugins whose names are put together, and one that is loaded from its file

# %%
import importlib
import importlib.util
import runpy
from importlib import import_module

NAMES = ["a", "b"]
HELPERS = "helpers"
helpers = importlib.import_module(HELPERS)
plugins = {name: import_module(f"plugins.{name}") for name in NAMES}
run_a = import_module("plugins.a").run


def load(name):
    return importlib.import_module("plugins." + name)


# %%
# %%step use
print([plugin.run(3) for plugin in plugins.values()], run_a(1), helpers.double(4))

# %%
# %%step inside
one = import_module("plugins.a")
scale = importlib.import_module(HELPERS).SCALE
print(one.run(5), scale)

# %%
# %%step last
print(one.NAME, load("b").run(scale))
for name in NAMES:
    print(__import__(f"plugins.{name}", fromlist=["run"]).NAME)

# %%
# %%step from_a_file
spec = importlib.util.spec_from_file_location("plug_a", "plugins/a.py")
_module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(_module)
del spec
print(_module.run(4), runpy.run_path("plugins/b.py")["run"](2))
