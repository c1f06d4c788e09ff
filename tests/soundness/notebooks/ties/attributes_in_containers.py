# %% [markdown]
# # The dict of an object in other objects

# %%
import argparse
from types import SimpleNamespace

# %%
# %%step a
args = argparse.Namespace(lr=0.1, tags=[])
log = {"config": vars(args)}
ns = SimpleNamespace(x=1)
print(log)

# %%
# %%step b
args.lr = 0.5
ns_vars = [ns.__dict__]
print(log)

# %%
# %%step c
log["config"]["epochs"] = 3
ns.y = 5
print(args.epochs, ns_vars)

# %%
# %%step d
update = vars(ns).update
update(z=1)
print(ns)

# %%
# %%step e
ns_vars[0]["q"] = 7
print(args, log, ns, ns_vars, vars(ns) is ns_vars[0], sorted(vars(args)))

# %%
# %%step f
keys = vars(ns).keys()
ns.last = 1
print(keys)

# %%
# %%step g
ns.very_last = 1
update(zz=1)
print(keys, ns)
