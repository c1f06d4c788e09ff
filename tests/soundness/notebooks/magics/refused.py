# refused: check: '%history -n' needs the history of the kernel session
# %%
# %%step a
x = 1
# %history -n
print(x)
