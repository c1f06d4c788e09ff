# %% [markdown]
# # Commands, and the output of a child

# %%
import subprocess
import sys

# %%
# %%step version
out = subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True, text=True)
print(out.stdout.strip(), out.returncode)

# %%
# %%step write
subprocess.run(["sh", "-c", "echo from the shell > shell.txt"], check=True)
print("written")

# %%
# %%step read --after write
print(open("shell.txt").read().strip())
