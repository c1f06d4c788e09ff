# %% [markdown]
# # The working folder changes, and constants hold what it was
# refused: script: a script would do this before step 'a'

# %%
import os
from pathlib import Path

HERE = Path.cwd()
os.makedirs("s1/s2", exist_ok=True)
os.chdir("s1")
THERE = os.getcwd()
ROOT = Path("..").resolve()

# %%
# %%step a
print(HERE == Path.cwd().parent, os.path.basename(THERE), ROOT == HERE)

# %%
# %%step b
open("b.txt", "w").write("b")
print(HERE == Path.cwd().parent, Path(THERE) == Path.cwd())

# %%
os.chdir("s2")
DEEP = os.path.abspath("x.txt")

# %%
# %%step c
print(HERE == Path.cwd().parent.parent, os.path.basename(THERE), os.path.basename(os.path.dirname(DEEP)))

# %%
# %%step d
print((HERE / "s1" / "b.txt").read_text(), open("../b.txt").read(), ROOT == HERE)
