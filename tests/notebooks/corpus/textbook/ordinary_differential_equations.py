# %% [markdown]
# # Chapter 9 - Differential equations

# %%
from math import *
import numpy as np
from scipy.integrate import odeint, solve_ivp, quad
from pylab import plot, xlabel, ylabel, show, legend
# %matplotlib inline

# %%
# Euler's method
def f(x, t):
    return -x**3 + sin(t)

a = 0.0
b = 10.0
N = 1000
h = (b - a) / N
x = 0.0

tpoints = np.arange(a, b, h)
xpoints = []
for t in tpoints:
    xpoints.append(x)
    x += h * f(x, t)

plot(tpoints, xpoints)
xlabel("t")
ylabel("x(t)")
show()
print(round(x, 8))

# %%
# Runge-Kutta
x = 0.0
xrk = []
for t in tpoints:
    xrk.append(x)
    k1 = h * f(x, t)
    k2 = h * f(x + 0.5 * k1, t + 0.5 * h)
    k3 = h * f(x + 0.5 * k2, t + 0.5 * h)
    k4 = h * f(x + k3, t + h)
    x += (k1 + 2 * k2 + 2 * k3 + k4) / 6
print(round(x, 8))

# %%
diff = max(abs(p - q) for p, q in zip(xpoints, xrk))
diff

# %% [markdown]
# ## Two variables: predator and prey

# %%
alpha, beta, gamma_, delta = 1.0, 0.5, 0.5, 2.0

def f(r, t):
    x, y = r
    return np.array([alpha * x - beta * x * y, gamma_ * x * y - delta * y], float)

r0 = [2.0, 2.0]
ts = np.linspace(0, 30, 300)
sol = odeint(f, r0, ts)
print(sol[-1].round(4))

# %%
plot(ts, sol[:, 0], label="rabbits")
plot(ts, sol[:, 1], label="foxes")
legend();

# %%
res = solve_ivp(lambda t, r: f(r, t), (0, 30), r0, t_eval=ts, rtol=1e-8)
print(res.status, np.abs(res.y.T - sol).max() < 1e-2)

# %% [markdown]
# ## Integrals

# %%
val, err = quad(lambda u: exp(-u * u), -inf, inf)
print(val, sqrt(pi))

# %%
L = 0.25
g = 9.81
def period(theta0):
    k = sin(theta0 / 2)
    I, _ = quad(lambda p: 1 / sqrt(1 - k**2 * sin(p)**2), 0, pi / 2)
    return 4 * sqrt(L / g) * I

for deg in (5, 30, 90, 150):
    print(deg, round(period(radians(deg)), 6))
