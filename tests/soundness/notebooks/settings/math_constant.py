# %% [markdown]
# # An own constant in a module, a patched default

# %%
import json
import math

math.tau2 = 2 * math.tau
json.default_indent = 2

# %%
def dump(value):
    return json.dumps(value, indent=json.default_indent)


# %%
# %%step angle
angle = math.tau2 / 4
print(round(angle, 4))

# %%
# %%step write
print(dump({"angle": round(angle, 2)}))
