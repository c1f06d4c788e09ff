# %%
import numpy as np

# %%
# %%step one
whole = np.arange(4.0)
back = whole[::-1]
items = [1, 2]
same = {"items": items}

# %%
# %%step two
back[0] = 9

# %%
# %%step three
back[:2] = 6
del back
items.append(3)
del items

# %%
# %%step four
whole += 3
same["items"].append(4)

# %%
# %%step five
print(whole.tolist(), same)
