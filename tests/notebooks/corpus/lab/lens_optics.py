# %%
# optics bench, 12.6., lens "L3"
from math import *
b = [60.2, 45.1, 40.0, 37.4]; g = [30.1, 36.3, 40.1, 43.2]   # cm

# %%
f = [1/(1/x + 1/y) for x, y in zip(b, g)]
f

# %%
fm = sum(f)/len(f)
s = sqrt(sum((x - fm)**2 for x in f)/(len(f) - 1))
print("f = (%.2f +- %.2f) cm" % (fm, s/sqrt(len(f))))

# %%
# Bessel: distance e, shift d
e_ = 100.0
d = 44.6
f_bessel = (e_**2 - d**2)/(4*e_)
f_bessel

# %%
D = 100/fm   # dioptres
n_glass = 1.52
r = 2*fm*(n_glass - 1)
print(round(D, 2), round(r, 2))

# %%
def snell(theta, n1=1, n2=n_glass):
    return degrees(asin(n1/n2*sin(radians(theta))))
for th in range(0, 91, 30):
    print(th, round(snell(th), 3))

# %%
# ray matrix
def matmul(A, B):
    return [[sum(a*b for a, b in zip(row, col)) for col in zip(*B)] for row in A]
lens = [[1, 0], [-1/fm, 1]]
def space(x): return [[1, x], [0, 1]]
M = matmul(space(40), matmul(lens, space(40)))
[[round(v, 4) for v in row] for row in M]

# %%
critical = degrees(asin(1/n_glass))
e, critical, round(tan(pi/4), 10)
