# %% [markdown]
# # Members of an ensemble that are trained one by one

# %%
import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge

# %%
# %%step data
X = np.arange(8.0).reshape(-1, 1)
y = 3 * X.ravel() + 1

# %%
# %%step members
ridge = Ridge(alpha=0.1)
dummy = DummyRegressor()
ensemble = [ridge, dummy]
by_name = {"ridge": ridge, "dummy": dummy}

# %%
# %%step train
for _member in ensemble:
    _member.fit(X, y)
print(len(ensemble))

# %%
# %%step scores
scores = {name: round(m.score(X, y), 3) for name, m in by_name.items()}
print(scores)

# %%
# %%step stronger
by_name["ridge"].set_params(alpha=100)
print(ridge.alpha, ensemble[0].alpha)

# %%
# %%step refit
ridge.fit(X, y)
print(round(by_name["ridge"].coef_[0], 3), round(ensemble[0].score(X, y), 3))
