# refused: check: this computes 'found' outside of any step; needed in step 'a'
# %%
import os
found = os.listdir(".")

# %%
# %%step a
# !echo {found}
x = 1
