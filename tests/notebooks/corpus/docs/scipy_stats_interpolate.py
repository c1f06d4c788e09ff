# %% [markdown]
# # Interpolation, integration, ODEs and special functions

# %%
import numpy as np
from scipy.interpolate import CubicSpline, interp1d, RegularGridInterpolator, make_smoothing_spline
from scipy import integrate, special, stats, spatial, cluster
rng = np.random.default_rng()
rng = np.random.default_rng(1638083107694713882823079058616272161)

# %%
x = np.linspace(0, 10, num=11)
y = np.cos(-x**2 / 9.0)

# %%
xnew = np.linspace(0, 10, num=31)
ynew = np.interp(xnew, x, y)
cs = CubicSpline(x, y)
print(np.abs(cs(xnew) - np.cos(-xnew**2 / 9)).max().round(4), cs.integrate(0, 10).round(5))

# %%
dy = cs.derivative()
roots = dy.roots(extrapolate=False)
roots.round(4)

# %%
def f(x, y):
    return 2 * x**3 + 3 * y**2

grid = np.linspace(0, 1, 5), np.linspace(0, 2, 6)
xg, yg = np.meshgrid(*grid, indexing="ij")
interp = RegularGridInterpolator(grid, f(xg, yg))
interp([[.3, .4], [1, 2]]).round(5)

# %%
result = integrate.quad(lambda x: special.jv(2.5, x), 0, 4.5)
result

# %%
area = integrate.dblquad(lambda x, y: x * y, 0, 0.5, lambda x: 0, lambda x: 1 - 2*x)
print(round(area[0], 8))

# %%
pts = rng.random((20, 2))
tree = spatial.KDTree(pts)
d, i = tree.query([[.5, .5]], k=2)
hull = spatial.ConvexHull(pts)
d.round(5), len(hull.vertices)

# %%
sample = rng.gamma(2, size=100)
kde = stats.gaussian_kde(sample)
kde([1.0, 2.0]).round(5)

# %%
fit = stats.gamma.fit(sample, floc=0)
ks = stats.kstest(sample, "gamma", fit)
print(np.round(fit, 4), ks.pvalue.round(4))

# %%
frozen = stats.norm(loc=2, scale=.5)
frozen.ppf([.025, .975]), frozen.rvs(2, random_state=rng).round(4)

# %%
rng.integers(0, 100, 3)
