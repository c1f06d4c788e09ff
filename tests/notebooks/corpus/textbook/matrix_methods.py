# %% [markdown]
# # Linear algebra in practice

# %%
import numpy as np
from numpy import linalg as LA, array, eye
from scipy import linalg, sparse

# %%
A = array([[4., 1, 0], [1, 3, 1], [0, 1, 2]])
b = array([1., 2, 3])

# %%
def gauss(A, b):
    A = A.copy(); b = b.copy()
    n = len(b)
    for k in range(n - 1):
        for i in range(k + 1, n):
            m = A[i, k] / A[k, k]
            A[i, k:] -= m * A[k, k:]
            b[i] -= m * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - A[i, i+1:] @ x[i+1:]) / A[i, i]
    return x

x = gauss(A, b)
x

# %%
np.allclose(x, LA.solve(A, b))

# %% [markdown]
# ## Jacobi iteration

# %%
D = np.diag(A)
R = A - np.diagflat(D)
x = np.zeros(3)
for it in range(50):
    x = (b - R @ x) / D
x, it

# %%
residual = LA.norm(A @ x - b)
residual < 1e-10

# %% [markdown]
# ## Eigenvalues: the power method

# %%
v = np.ones(3)
for _ in range(100):
    v = A @ v
    v /= LA.norm(v)
lam = v @ A @ v
print(lam.round(8), LA.eigvalsh(A).max().round(8))

# %%
Q, R = LA.qr(A)
print(np.allclose(Q @ R, A), np.allclose(Q.T @ Q, eye(3)))

# %%
U, s, Vt = LA.svd(np.arange(12.).reshape(4, 3))
rank = int((s > 1e-10).sum())
s.round(6), rank

# %%
S = sparse.diags([1, -2, 1], [-1, 0, 1], shape=(6, 6)).tocsr()
S

# %%
print(S.toarray()[:2], S.nnz)

# %%
A[0] *= 2
B = A.T
B[0, 0] = -1
print(A[0, 0], B.base is A, LA.det(A).round(6))

# %%
LA.cond(A).round(4), linalg.expm(np.zeros((2, 2)))
