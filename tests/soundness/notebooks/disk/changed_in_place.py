# %% [markdown]
# # Files changed in place, by every means of the standard library

# %%
import contextlib
import fileinput
import linecache
import logging
import os
import sys

# %%
# %%step a
with open("t.txt", "w") as f, contextlib.redirect_stdout(f):
    print("one")
    print("two")
print("a")

# %%
# %%step b
with fileinput.input("t.txt", inplace=True) as lines:
    for line in lines:
        print(line.rstrip().upper())
print("b")

# %%
# %%step c
print(linecache.getline("t.txt", 1).strip(), open("t.txt").read().split())

# %%
# %%step d
print("three", file=open("t.txt", "a"))
print(len(open("t.txt").readlines()))

# %%
# %%step e
fd = os.open("t.txt", os.O_RDONLY)
print(os.read(fd, 3))
os.close(fd)
