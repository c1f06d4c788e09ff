# %% [markdown]
# # joblib, and a model with n_jobs

# %%
import numpy as np
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestClassifier


def cube(x):
    return x**3


# %%
# %%step cubes
cubes = Parallel(n_jobs=2)(delayed(cube)(i) for i in range(4))
print(cubes)

# %%
# %%step forest
X = np.arange(40.0).reshape(-1, 1)
y = (X.ravel() > 20).astype(int)
forest = RandomForestClassifier(n_estimators=4, random_state=0, n_jobs=2).fit(X, y)
print(forest.predict([[3.0], [33.0]]))

# %%
# %%step threads
print(Parallel(n_jobs=2, prefer="threads")(delayed(cube)(i) for i in cubes[:3]))
