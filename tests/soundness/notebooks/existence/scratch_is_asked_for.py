# %%
# refused: check: step 'ask' reads 'found', which is computed in cell 1
print("looking")
found = [1].copy()
# %%
# %%step ask
try:
    found
except NameError:
    found = []
print(found)
