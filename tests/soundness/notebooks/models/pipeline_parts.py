# %% [markdown]
# # The model of a pipeline, by two ways

# %%
import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

# %%
# %%step data
X = np.array([[1.0], [2.0], [3.0], [4.0]])
y = np.array([2.0, 4.0, 6.0, 8.0])

# %%
# %%step build
scaler = StandardScaler()
model = LinearRegression()
pipe = Pipeline([("scale", scaler), ("fit", model)])
print(hasattr(model, "coef_"))

# %%
# %%step train
pipe.fit(X, y)
print(round(pipe.predict([[5.0]])[0], 6))

# %%
# %%step inspect
print(hasattr(model, "coef_"), np.round(model.coef_, 4))
print(pipe.named_steps["fit"] is model, scaler.mean_)

# %%
# %%step tweak
model.intercept_ = 0.0
print(round(pipe.predict([[2.5]])[0], 6))

# %%
print(pipe[1] is model, np.round(model.coef_, 3))
