# %% [markdown]
# # Folders are copied, renamed and removed

# %%
import os
import shutil
from pathlib import Path

# %%
# %%step make
os.makedirs("stage/in", exist_ok=True)
for n in "abc":
    Path("stage/in", n).write_text(n)
print(sorted(os.listdir("stage/in")))

# %%
# %%step count
n = sum(len(files) for _, _, files in os.walk("stage"))
print(n)

# %%
# %%step read
text = "".join(p.read_text() for p in sorted(Path("stage/in").iterdir()))
print(text)

# %%
# %%step move
if os.path.exists("final"):
    shutil.rmtree("final")
os.rename("stage/in", "final")
print(os.path.isdir("stage/in"))

# %%
# %%step see
print(sorted(os.listdir("final")), os.path.exists("stage/in"))

# %%
# %%step copy
shutil.copytree("final", "copy", dirs_exist_ok=True)
shutil.move("copy/a", "copy/z")
print(sorted(os.listdir("copy")))

# %%
# %%step wipe
shutil.rmtree("final")
print(Path("final").exists())

# %%
# %%step last
print(text, n, sorted(p.name for p in Path("copy").glob("*")), Path("final").exists())
