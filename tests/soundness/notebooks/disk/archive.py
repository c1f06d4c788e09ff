# %% [markdown]
# # An archive of a folder that is removed

# %%
import os
import shutil
import zipfile

# %%
# %%step make
os.makedirs("src", exist_ok=True)
for i in range(3):
    with open(f"src/{i}.txt", "w") as f:
        f.write(str(i))
print(len(os.listdir("src")))

# %%
# %%step pack
packed = shutil.make_archive("packed", "zip", "src")
print(os.path.basename(packed))

# %%
# %%step wipe
shutil.rmtree("src")
print(os.path.exists("src"))

# %%
# %%step unpack
shutil.unpack_archive("packed.zip", "dst")
print(sorted(os.listdir("dst")))

# %%
# %%step look
with zipfile.ZipFile("packed.zip") as z:
    print(sorted(n for n in z.namelist() if n.endswith("txt")), z.read("2.txt"))
print(os.path.exists("src"))
