# %% [markdown]
# # Folders that a cell makes unless they are there

# %%
import os

OUT = "out_g"
if not os.path.exists(OUT):
    os.makedirs(OUT)
for d in ["a", "b"]:
    if not os.path.isdir(os.path.join(OUT, d)):
        os.mkdir(os.path.join(OUT, d))

# %%
# %%step one
open(f"{OUT}/a/x", "w").write("1")
print(sorted(os.listdir(OUT)))

# %%
# %%step two
open(os.path.join(OUT, "b", "y"), "w").write("2")
print(sorted(os.listdir(OUT + "/b")))

# %%
# %%step three
print(open(OUT + "/a/x").read() + open(OUT + "/b/y").read())
