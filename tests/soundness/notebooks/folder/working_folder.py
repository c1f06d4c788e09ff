# %% [markdown]
# # Relative paths, and a module beside the notebook

# %%
import os
from pathlib import Path

import helpers

HERE = Path.cwd()

# %%
# %%step where
print(HERE == Path.cwd(), Path("helpers.py").exists())

# %%
# %%step use
print(helpers.double(4), sorted(os.listdir("."))[-1] > "")

# %%
# %%step into
old = os.getcwd()
os.makedirs("deep", exist_ok=True)
os.chdir("deep")
Path("note.txt").write_text("hi")
os.chdir(old)
print(Path("deep/note.txt").read_text())

# %%
# %%step back
print(Path.cwd() == HERE, Path("deep/note.txt").exists())
