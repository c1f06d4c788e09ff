# %%
# pendulum, 3 lengths, 5 repeats. DON'T TOUCH the numbers
L = [0.25, 0.50, 1.00]
T = {0.25: [1.01, 1.00, 0.99, 1.02, 1.00],
     0.50: [1.42, 1.41, 1.43, 1.40, 1.42],
     1.00: [2.00, 2.02, 2.01, 1.99, 2.01]}

# %%
import statistics as st
mean = {l: st.mean(v) for l, v in T.items()}
err = {l: st.stdev(v) / len(v)**.5 for l, v in T.items()}
mean

# %%
from math import pi, sqrt
g = [4*pi**2*l/mean[l]**2 for l in L]
g

# %%
dg = [2*gi*err[l]/mean[l] for gi, l in zip(g, L)]

# %%
w = [1/d**2 for d in dg]
g_mean = sum(wi*gi for wi, gi in zip(w, g))/sum(w)
g_err = 1/sqrt(sum(w))
print(f"g = {g_mean:.3f} +- {g_err:.3f}")

# %%
# oops: forgot one measurement
T[1.00].append(2.03)

# %%
mean[1.00] = st.mean(T[1.00])
err[1.00] = st.stdev(T[1.00]) / len(T[1.00])**.5
g[2] = 4*pi**2*1.00/mean[1.00]**2
dg[2] = 2*g[2]*err[1.00]/mean[1.00]
print(g, dg)

# %%
w = [1/d**2 for d in dg]
g_mean = sum(wi*gi for wi, gi in zip(w, g))/sum(w)
g_mean

# %%
for l in L:
    for t in T[l]:
        if abs(t - mean[l]) > 2*st.stdev(T[l]):
            print("outlier?", l, t)
print(l, t)

# %%
print(len(T[1.00]), round(g_mean, 4))
