# %% [markdown]
# # Parts that are globbed together

# %%
import glob
import os

# %%
# %%step parts
os.makedirs("parts", exist_ok=True)
for _i in range(3):
    with open(f"parts/part{_i}.txt", "w") as _f:
        _f.write(str(_i * 10))
names = sorted(glob.glob("parts/*.txt"))
print(names)

# %%
# %%step add_up
print(sum(int(open(name).read()) for name in names))

# %%
# %%step remove
os.remove(names[0])
names = names[1:]
print(len(names))

# %%
# %%step left
print(sorted(os.listdir("parts")) == [os.path.basename(n) for n in names])
