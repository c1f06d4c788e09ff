# %% [markdown]
# # Numerical calculus

# %%
from math import *

# %%
def derivative(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)

derivative(sin, 0)

# %%
for x in (0, pi / 6, pi / 3):
    print(f"{derivative(sin, x):.6f} {cos(x):.6f}")

# %%
def trapezoid(f, a, b, n=100):
    h = (b - a) / n
    return h * (f(a) / 2 + f(b) / 2 + sum(f(a + i * h) for i in range(1, n)))

def simpson(f, a, b, n=100):
    h = (b - a) / n
    return h / 3 * (f(a) + f(b) + 4 * sum(f(a + i*h) for i in range(1, n, 2)) + 2 * sum(f(a + i*h) for i in range(2, n, 2)))

# %%
I_true = exp(1) - 1
errors = {n: (abs(trapezoid(exp, 0, 1, n) - I_true), abs(simpson(exp, 0, 1, n) - I_true)) for n in (4, 8, 16, 32)}
for n, (t, s) in errors.items():
    print(n, f"{t:.2e} {s:.2e}")

# %%
order = log(errors[8][0] / errors[16][0], 2)
order

# %% [markdown]
# ## Newton's method

# %%
def newton(f, x, tol=1e-12):
    trace = [x]
    while abs(f(x)) > tol:
        x = x - f(x) / derivative(f, x)
        trace.append(x)
    return trace

f = lambda x: x**3 - 2*x - 5
trace = newton(f, 2)
print(len(trace), round(trace[-1], 10))

# %%
# another function by the same name
f = lambda x: cos(x) - x
print(round(newton(f, 1)[-1], 10))

# %% [markdown]
# ## Taylor series

# %%
def taylor_exp(x, n):
    total = term = 1.0
    for k in range(1, n):
        term *= x / k
        total += term
    return total

[round(taylor_exp(1, n), 6) for n in range(1, 8)]

# %%
e - taylor_exp(1, 15) < 1e-10, floor(e), factorial(5)

# %%
from numpy import *
x = linspace(0, 2*pi, 7)
print(sin(x).round(4), round(sum(x), 4))

# %%
print(cumsum(diff(x)).round(3), e)
