# %% [markdown]
# # A model is made in one cell and trained in another

# %%
import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression

np.random.seed(21)

# %%
# %%step data
X = np.random.rand(30, 2)
y = X @ [1, 2]
print(round(y.sum(), 4))

# %%
# %%step models
models = {"forest": RandomForestRegressor(n_estimators=3), "line": LinearRegression()}
print(list(models))

# %%
# %%step train
scores = {name: round(model.fit(X, y).score(X, y), 5) for name, model in models.items()}
print(scores)

# %%
# %%step after
print(round(np.random.rand(), 5))
