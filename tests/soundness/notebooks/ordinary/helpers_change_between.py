# %% [markdown]
# # A helper that is written anew further down
# refused: script: a script would do this before step

# %%
def clean(text):
    return text.strip()


# %%
# %%step first
a = clean("  Hello ")
print(repr(a))

# %%
def clean(text):
    return text.strip().lower()


# %%
# %%step second
b = clean("  Hello ")
print(repr(b), a == b)

# %%
SEPARATOR = "-"


def join(*parts):
    return SEPARATOR.join(clean(p) for p in parts)


# %%
# %%step third
print(join(a, b, " C "))
