# %%
# refused: check: this computes 'found' outside of any step; needed in step 'ask'
print("looking")
found = [1].copy()
# %%
# %%step ask
try:
    found
except NameError:
    found = []
print(found)
