# %% [markdown]
# # Paths in a dict in a dict, and in a dataclass

# %%
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Paths:
    root: Path = Path("proj")
    raw: Path = Path("proj") / "raw.txt"
    out: str = os.path.join("proj", "out.txt")


CONFIG = {"paths": {"raw": "proj/raw.txt"}, "n": 3}
P = Path("proj")
P.mkdir(exist_ok=True)

# %%
# %%step w
with open(CONFIG["paths"]["raw"], "w") as f:
    f.write("raw")
print(Paths.raw.read_text())

# %%
# %%step r
paths = Paths()
print(paths.raw.read_text(), paths.root)
Path(paths.out).write_text("o" * CONFIG["n"])

# %%
# %%step l
print(sorted(os.listdir(paths.root)), open(paths.out).read())

# %%
# %%step again
with open(Paths().raw, "a") as f:
    print("more", file=f)
print(open(CONFIG["paths"]["raw"]).read())

# %%
# %%step end
print(Path(CONFIG["paths"]["raw"]).read_text().split())
