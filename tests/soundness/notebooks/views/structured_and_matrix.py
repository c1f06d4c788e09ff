# %% [markdown]
# # Structured arrays, masked arrays and sparse matrices

# %%
import numpy as np
from scipy import sparse

# %%
# %%step make
people = np.array([("ann", 30), ("bob", 40)], dtype=[("name", "U5"), ("age", int)])
ages = people["age"]
matrix = sparse.csr_matrix(np.diag([1.0, 2.0]))
values = matrix.data
masked = np.ma.masked_greater(ages, 35)
print(ages, masked)

# %%
# %%step birthday
ages += 1
values *= 100
print(people["age"])

# %%
# %%step look
print(people[0], matrix.toarray().tolist())

# %%
# %%step mask
masked[0] = np.ma.masked
print(masked.mask, masked.count(), ages)
