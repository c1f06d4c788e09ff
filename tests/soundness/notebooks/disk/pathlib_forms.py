# %% [markdown]
# # Files by pathlib in all its forms

# %%
from pathlib import Path

ROOT = Path("work")
NAME = "note"
(ROOT / "deep").mkdir(parents=True, exist_ok=True)

# %%
# %%step write
p = ROOT / f"{NAME}.txt"
p.write_text("one\n")
(ROOT / NAME).with_suffix(".bin").write_bytes(b"\x00\x01")
with (ROOT / "deep" / "x.md").open("w") as f:
    f.write("# x")
print(p.name, p.stem, p.suffix)

# %%
# %%step list_all
print(sorted(str(q.relative_to(ROOT)) for q in ROOT.rglob("*") if q.is_file()))

# %%
# %%step rename
p.rename(p.with_name("renamed.txt"))
print(p.exists())

# %%
# %%step look
print(sorted(q.name for q in ROOT.iterdir()), (ROOT / "renamed.txt").read_text().strip())

# %%
# %%step unlink
(ROOT / "note.bin").unlink()
(ROOT / "gone.txt").unlink(missing_ok=True)
print("unlinked")

# %%
# %%step last
print(len(list(ROOT.glob("*.bin"))), (ROOT / "deep/x.md").stat().st_size, (ROOT / "deep" / "x.md").read_bytes())

# %%
# %%step touch
q = ROOT / "renamed.txt"
with q.open("a") as f:
    f.write("two\n")
(ROOT / "flag").touch()
q.replace(ROOT / "final.txt")
print(q.exists())

# %%
# %%step final
print((ROOT / "final.txt").read_text().split(), (ROOT / "flag").exists())
