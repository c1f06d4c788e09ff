# %% [markdown]
# # fit returns the model itself

# %%
import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

# %%
# %%step data
X = np.array([[0.0], [1.0], [2.0], [3.0]])
y = np.array([0, 0, 1, 1])

# %%
# %%step fit
model = LogisticRegression()
fitted = model.fit(X, y)
print(fitted is model)

# %%
# %%step refit
fresh = clone(model)
refitted = fitted.fit(X, 1 - y)
print(refitted.predict(X))

# %%
# %%step compare
print(model.predict(X), model is refitted, hasattr(fresh, "coef_"))

# %%
# %%step change
model.set_params(C=0.001).fit(X, y)
print(fitted.C, refitted.predict([[3.0]]), fresh.C)
