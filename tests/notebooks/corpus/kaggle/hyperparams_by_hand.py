# %% [markdown]
# ## Tuning by hand (don't do this at home)

# %%
import itertools, time
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.neighbors import KNeighborsRegressor
from sklearn.model_selection import ParameterGrid, cross_validate, GridSearchCV

X, y = load_diabetes(return_X_y=True)
X = X[:200]; y = y[:200]

# %%
N_FOLDS = 3
METRIC = "r2"
GRID = {"n_neighbors": [3, 7, 15], "weights": ["uniform", "distance"]}

# %%
log = []
for params in ParameterGrid(GRID):
    cv = cross_validate(KNeighborsRegressor(**params), X, y, cv=N_FOLDS, scoring=METRIC)
    log.append((cv["test_score"].mean(), params))
    print(params, cv["test_score"].mean().round(4))

# %%
log.sort(key=lambda t: -t[0])
best_score, best_params = log[0]
best_params

# %%
# finer around the best
k0 = best_params["n_neighbors"]
finer = {}
for k in range(max(1, k0 - 3), k0 + 4, 3):
    finer[k] = cross_validate(KNeighborsRegressor(k), X, y, cv=N_FOLDS, scoring=METRIC)["test_score"].mean()
finer

# %%
gs = GridSearchCV(KNeighborsRegressor(), GRID, cv=N_FOLDS, scoring=METRIC).fit(X, y)
gs.best_params_, gs.best_params_ == best_params

# %%
# %%time
final = gs.best_estimator_
yhat = final.predict(X)
print(np.abs(y - yhat).mean().round(3))

# %%
class EarlyStop(Exception):
    pass

def search(objective, patience=3):
    best, bad = -np.inf, 0
    for k in range(1, 40):
        s = objective(k)
        if s > best:
            best, bad, arg = s, 0, k
        else:
            bad += 1
        if bad > patience:
            raise EarlyStop(f"stopped at k={k}, best k={arg}: {best:.4f}")

# %%
def objective(k, cache={}):
    if k not in cache:
        cache[k] = cross_validate(KNeighborsRegressor(k), X, y, cv=N_FOLDS, scoring=METRIC)["test_score"].mean()
    return cache[k]

try:
    search(objective)
except EarlyStop as stop:
    message = str(stop)
print(message)

# %%
try:
    search(objective, patience=1)
except EarlyStop as stop:
    print(stop, "| cached:", len(objective.__defaults__[0]))
