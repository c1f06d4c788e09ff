# %%
# refused: check: step 'ask' reads 'found', which is computed in cell 1
print("looking")
found = [1].copy()
# %%
# %%step ask
if "found" not in globals():
    found = []
print(found)
