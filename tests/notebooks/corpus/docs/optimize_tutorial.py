# %% [markdown]
# # Optimization and root finding

# %%
import numpy as np
from scipy import optimize, stats, linalg
from scipy.optimize import minimize, rosen, rosen_der, curve_fit, LinearConstraint, Bounds

# %%
x0 = np.array([1.3, 0.7, 0.8, 1.9, 1.2])
res = minimize(rosen, x0, method="nelder-mead", options={"xatol": 1e-8, "disp": False})
print(res.x.round(6))

# %%
def rosen_with_args(x, a, b):
    """The Rosenbrock function with additional arguments"""
    return sum(a * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0) + b

# %%
res = minimize(rosen_with_args, x0, args=(0.5, 1.0), method="nelder-mead", options={"xatol": 1e-8})
res.x.round(3), round(res.fun, 6)

# %%
res = minimize(rosen, x0, method="BFGS", jac=rosen_der)
res.success, res.nit

# %%
# rosen?

# %%
bounds = Bounds([0, -0.5], [1.0, 2.0])
linear_constraint = LinearConstraint([[1, 2], [2, 1]], [-np.inf, 1], [1, 1])
x0 = np.array([0.5, 0])
res = minimize(rosen, x0, method="SLSQP", jac=rosen_der, constraints=[linear_constraint], bounds=bounds)
print(res.x.round(4))

# %% [markdown]
# ## Curve fitting

# %%
def model(x, a, b, c):
    return a * np.exp(-b * x) + c

xdata = np.linspace(0, 4, 50)
rng = np.random.default_rng(1)
ydata = model(xdata, 2.5, 1.3, 0.5) + 0.05 * rng.normal(size=xdata.size)
popt, pcov = curve_fit(model, xdata, ydata)
popt.round(4)

# %%
perr = np.sqrt(np.diag(pcov))
print(perr.round(4))

# %% [markdown]
# ## Roots

# %%
sol = optimize.root(lambda x: x + 2 * np.cos(x), 0.3)
print(sol.x.round(6), sol.success)

# %%
for method in ("bisect", "brentq", "secant"):
    r = optimize.root_scalar(lambda x: x**3 - 1, bracket=[0, 3], x0=0.2, x1=1.5, method=method)
    print(method, round(r.root, 6), r.function_calls)

# %% [markdown]
# ## Linear algebra and statistics in one go

# %%
A = np.array([[1, 2], [3, 4]])
b = np.array([[5], [6]])
x = linalg.solve(A, b)
lu, piv = linalg.lu_factor(A)
x, np.allclose(A @ x, b), piv

# %%
sample = stats.norm.rvs(loc=1, scale=2, size=200, random_state=12)
t = stats.ttest_1samp(sample, 1)
print(round(t.statistic, 4), round(t.pvalue, 4), stats.norm.fit(sample)[0].round(4))
