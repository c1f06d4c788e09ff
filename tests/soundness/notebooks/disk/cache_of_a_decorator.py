# %% [markdown]
# # A decorator that keeps values on disk
# warned: step 'b' writes slow.pkl, which step 'a' above it reads

# %%
import functools
import os
import pickle


def disk_cache(path):
    def deco(fn):
        @functools.wraps(fn)
        def inner(*a):
            if os.path.exists(path):
                with open(path, "rb") as f:
                    return pickle.load(f)
            value = fn(*a)
            with open(path, "wb") as f:
                pickle.dump(value, f)
            return value

        return inner

    return deco


@disk_cache("slow.pkl")
def slow(n):
    return n * 2


# %%
# %%step a
x = slow(3)
print(x)

# %%
# %%step b
y = slow(10)
print(y)

# %%
# %%step c
os.remove("slow.pkl")
print(slow(10))

# %%
# %%step d
print(slow(1), x, y)
