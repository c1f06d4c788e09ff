# %% [markdown]
# # Models that draw from NumPy's global generator

# %%
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import train_test_split

np.random.seed(7)

# %%
# %%step data
X = np.random.rand(40, 2)
y = X[:, 0] * 3 + np.random.randn(40) * 0.01
print(round(y.sum(), 4))

# %%
# %%step split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=10)
print(np.round(y_test[:3], 4))

# %%
# %%step forest
forest = RandomForestRegressor(n_estimators=5).fit(X_train, y_train)
print(np.round(forest.predict(X_test[:2]), 5))

# %%
# %%step sample
print(pd.DataFrame({"y": y}).sample(3).index.tolist())
