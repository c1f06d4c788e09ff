# %% [markdown]
# # Files that programs write

# %%
import os
import subprocess
import sys

# %%
# %%step a
subprocess.run([sys.executable, "-c", "open('sp.txt','w').write('hi')"], check=True)
print(os.path.exists("sp.txt"))

# %%
# %%step b
print(open("sp.txt").read())

# %%
# %%step c
os.system("echo more >> sp.txt")
print("c")

# %%
# %%step d
print(open("sp.txt").read())
