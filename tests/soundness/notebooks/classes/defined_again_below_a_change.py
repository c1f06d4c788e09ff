# %% [markdown]
# # A step changes a class, and a step below defines it again
# refused: script: uses 'P' and then defines it again

# %%
class P:
    ver = 1

    def show(self):
        return self.ver


# %%
# %%step make
p = P()

# %%
# %%step change
P.ver = 6
print(p.show())


# %%
# %%step again
class P:
    ver = 9


print(p.show(), P.ver)

# %%
# %%step look
print(p.show(), p.ver, P.ver)
