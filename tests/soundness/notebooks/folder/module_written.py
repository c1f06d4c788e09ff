# %% [markdown]
# # A step writes a module that another imports

# %%
from pathlib import Path

# %%
# %%step gen
Path("gen_mod.py").write_text("X = 5\ndef f(): return X\n")
print("made")

# %%
# %%step use
import gen_mod
print(gen_mod.f())
