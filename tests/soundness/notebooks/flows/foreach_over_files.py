# %% [markdown]
# # A task for each file, which writes another

# %%
import glob
from pathlib import Path

# %%
# %%step make
Path("parts").mkdir(exist_ok=True)
for i in range(3):
    Path(f"parts/p{i}.txt").write_text(str(i * 10))
# prints: 3
print(len(glob.glob("parts/*.txt")))

# %%
# %%step each --foreach path in sorted(glob.glob("parts/*.txt"))
n = int(Path(path).read_text())
Path(path).with_suffix(".out").write_text(str(n + 1))
# prints: 0
# prints: 10
# prints: 20
print(n)

# %%
# %%step total --join each
total = sum(inputs.n)
# prints: 30
print(total)

# %%
# %%step outs
# prints: ['1', '11', '21']
print([p.read_text() for p in sorted(Path("parts").glob("*.out"))])
