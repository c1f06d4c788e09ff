# %% [markdown]
# # One fit per configuration

# %%
import numpy as np

POINTS = np.arange(5.0)

# %%
# %%step grid
grid = [{"degree": d} for d in (1, 2, 3)]
data = POINTS**2
print(len(grid))
# prints: 3

# %%
# %%step fit --foreach config in grid
coefficients = np.polyfit(POINTS, data, config["degree"])
error = round(float(((np.polyval(coefficients, POINTS) - data) ** 2).sum()), 3)
print(config["degree"], error)
# prints: 1 14.0
# prints: 2 0.0
# prints: 3 0.0

# %%
# %%step best --join fit
best = min(inputs, key=lambda task: (task.error, task.config["degree"]))
degree = best.config["degree"]
errors = inputs.error
del best
print(degree, errors)
# prints: 2 [14.0, 0.0, 0.0]

# %%
# %%step report
print(f"degree {degree} of {len(grid)}")
# prints: degree 2 of 3
