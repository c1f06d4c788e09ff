# %% [markdown]
# # A cell changes the working folder

# %%
import os

os.makedirs("data", exist_ok=True)
os.chdir("data")

# %%
# %%step write
with open("a.txt", "w") as f:
    f.write("hello")
print(os.path.basename(os.getcwd()))

# %%
# %%step read
print(open("a.txt").read(), os.path.exists("../data/a.txt"))
