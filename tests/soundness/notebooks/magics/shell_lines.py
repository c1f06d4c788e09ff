# refused: script: uses IPython, which a script does not have
# %%
folder = "made"

# %%
# %%step write
import os
os.makedirs(folder, exist_ok=True)
word = "apple"
# !echo {word} 1 > {folder}/first.txt
# !echo $word 2 > $folder/second.txt

# %%
# %%step listing
# names = !ls {folder}
print(list(names))

# %%
# %%step read
text = open("made/first.txt").read()
print(text.strip(), len(names))
# !cat {folder}/second.txt

# %%
# %%step loop
for name in names:
    x = 1
    print(name)
