# %% [markdown]
# # What functions of a step keep

# %%
# %%step load
import numpy as np
import pandas as pd
df = pd.DataFrame({"x": [1, 2, 3]})

# %%
# %%step feats
from sklearn.linear_model import LinearRegression
ALPHA = 2
LOG = []
def scale(v):
    LOG.append(len(v))
    return np.asarray(v) * ALPHA
class Model:
    def fit(self, x): self.x = scale(x); return self
y = scale(df.x)
print(y, LOG)

# %%
# %%step fit
m = Model().fit(y)
print(m.x, np.sum(m.x), type(m).__name__, LOG)

# %%
# %%step change
ALPHA = 10
print(scale([1, 2]), LOG)

# %%
# %%step redo
m2 = Model().fit(y)
print(m2.x, LOG, isinstance(m, Model))
