# %% [markdown]
# # A report that is written in one cell and read in another

# %%
import csv
from pathlib import Path

OUT = Path("out")
OUT.mkdir(exist_ok=True)

# %%
# %%step write
rows = [("a", 1), ("b", 2)]
with open("out/table.csv", "w", newline="") as f:
    csv.writer(f).writerows(rows)
print(len(rows))

# %%
# %%step read
with open("out/table.csv") as f:
    table = list(csv.reader(f))
print(table)

# %%
# %%step append
with (OUT / "table.csv").open("a") as f:
    f.write("c,3\n")
print("one more")

# %%
# %%step count
print(len((OUT / "table.csv").read_text().splitlines()))
