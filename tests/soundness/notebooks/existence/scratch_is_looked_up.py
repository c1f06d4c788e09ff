# %%
# refused: check: this computes 'found' outside of any step; needed in step 'ask'
print("looking")
found = [1].copy()
# %%
# %%step ask
if "found" not in globals():
    found = []
print(found)
