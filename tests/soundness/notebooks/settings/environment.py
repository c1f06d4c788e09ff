# %% [markdown]
# # Environment variables and the recursion limit
# refused: script: a script would do this before step

# %%
import os
import sys

os.environ["API_TOKEN"] = "secret"
os.environ.setdefault("STAGE", "dev")
sys.setrecursionlimit(1500)


def token():
    return os.environ["API_TOKEN"][:3]


# %%
# %%step login
print(token(), os.environ["STAGE"])

# %%
# %%step depth
print(sys.getrecursionlimit())

# %%
os.environ["STAGE"] = "prod"
del os.environ["API_TOKEN"]

# %%
# %%step deploy
print(os.environ["STAGE"], "API_TOKEN" in os.environ)

# %%
# %%step child
import subprocess

print(subprocess.run(["sh", "-c", "echo $STAGE"], capture_output=True, text=True).stdout.strip())
