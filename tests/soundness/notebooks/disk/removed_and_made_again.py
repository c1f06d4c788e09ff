# %% [markdown]
# # A file is removed and made again

# %%
import os

# %%
# %%step make
open("x.txt", "w").write("1")
print(os.path.exists("x.txt"))

# %%
# %%step read
x = open("x.txt").read()
print(x)

# %%
# %%step delete
os.remove("x.txt")
print("gone")

# %%
# %%step look
print(os.path.exists("x.txt"))
try:
    open("x.txt")
except FileNotFoundError as e:
    print("missing")

# %%
# %%step make_again
with open("x.txt", "w") as f:
    f.write(x + "2")
print(open("x.txt").read())

# %%
# %%step last
print(open("x.txt").read())
