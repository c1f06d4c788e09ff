# %% [markdown]
# # Arrays and a model saved with NumPy and joblib

# %%
from pathlib import Path

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

MODELS = Path("models")

# %%
# %%step data
X = np.arange(6.0).reshape(-1, 1)
np.save("X.npy", X)
np.savez("all.npz", x=X, y=2 * X.ravel())
print(X.shape)

# %%
# %%step train
stored = np.load("all.npz")
model = LinearRegression().fit(stored["x"], stored["y"])
MODELS.mkdir(exist_ok=True)
joblib.dump(model, MODELS / "linear.joblib")
del stored
print(round(model.coef_[0], 4))

# %%
# %%step predict
loaded = joblib.load("models/linear.joblib")
print(np.round(loaded.predict([[10.0]]), 4))

# %%
# %%step check
print(np.load("X.npy").sum())
