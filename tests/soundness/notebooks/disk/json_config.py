# %% [markdown]
# # A configuration file that an ordinary cell writes and a step overwrites
# refused: check: this writes config.json outside of any step, and step 'first' reads it. Write  %%step

# %%
import json

NAME = "config"

# %%
with open("config.json", "w") as f:
    json.dump({"lr": 0.1, "epochs": 3}, f)

# %%
# %%step first
with open(f"{NAME}.json") as f:
    config = json.load(f)
print(config)

# %%
# %%step change
config["epochs"] = 5
with open("config.json", "w") as f:
    json.dump(config, f)
print("saved")

# %%
# %%step again
print(json.load(open("config.json"))["epochs"])
