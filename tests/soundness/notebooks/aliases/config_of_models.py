# %% [markdown]
# # Two experiments share a base configuration

# %%
# %%step configure
base = {"lr": 0.1, "layers": [64, 32], "tags": ["baseline"]}
small = dict(base)
large = dict(base, lr=0.01)
print(small["layers"] is large["layers"])

# %%
# %%step deepen
large["layers"].append(16)
large["lr"] = 0.001
print("large", large)

# %%
# %%step compare
print("small", small["lr"], small["layers"])
print("base", base["lr"], base["layers"])

# %%
# %%step tag
base["tags"].extend(["v2", "deep"])
print(small["tags"] == large["tags"])

# %%
# %%step final
print(small["tags"], large["tags"])
