# %% [markdown]
# # Steps that add to a log

# %%
from datetime import date


def log(text):
    with open("run.log", "a") as f:
        f.write(text + "\n")


# %%
# %%step one
log("one")
a = 1
print(a)

# %%
# %%step two
log(f"two {a}")
print(len(open("run.log").readlines()))

# %%
# %%step three
log("three")
print(open("run.log").read().split("\n"))
