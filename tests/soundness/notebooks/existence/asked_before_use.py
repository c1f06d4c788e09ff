# %%
# %%step start
x = 1
y = 2
best = [3, 1]
# %%
# %%step drop
del y
# %%
# %%step ask
# refused: script: reads globals()
try:
    print(y)
except NameError:
    print("no y")
try:
    print(x)
except NameError:
    x = 5
try:
    z
except:
    z = 3
try:
    cache
except (NameError, KeyError):
    cache = {"z": z}
if "x" in globals():
    print("x", x)
if "w" in globals():
    print(w)
else:
    w = 1
n = len(best) if "best" in globals() else 0
ok = "q" in dir() and q > 3
print(n, ok, cache)
# %%
# %%step again
try:
    cache
except NameError:
    cache = {}
if "n" not in globals():
    n = 100
z = z + w
print(z, cache, n)
