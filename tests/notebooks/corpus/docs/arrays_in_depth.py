# %% [markdown]
# # The N-dimensional array: quickstart

# %%
import numpy as np
rg = np.random.default_rng(1)  # create instance of default random number generator

# %%
a = np.arange(15).reshape(3, 5)
a

# %%
a.shape, a.ndim, a.dtype.name, a.itemsize, a.size, type(a)

# %%
b = np.array([(1.5, 2, 3), (4, 5, 6)])
b

# %%
c = np.array([[1, 2], [3, 4]], dtype=complex)
c.conj().T

# %%
def f(x, y):
    return 10 * x + y

b = np.fromfunction(f, (5, 4), dtype=int)
b[1:3, :]

# %%
for row in b:
    print(row)

# %%
for element in b.flat:
    last = element
last

# %%
a = np.floor(10 * rg.random((3, 4)))
a.ravel(); a.T.shape

# %%
a.resize((2, 6))
a

# %% [markdown]
# ## Copies and views

# %%
a = np.arange(12).reshape(3, 4)
b = a            # no new object is created
b is a

# %%
c = a.view()
c.base is a, c.flags.owndata

# %%
c = c.reshape((2, 6))
a.shape

# %%
c[0, 4] = 1234
print(a)

# %%
s = a[:, 1:3]
s[:] = 10
print(a)

# %%
d = a.copy()
d[0, 0] = 9999
print(a[0, 0], b[0, 1])

# %%
palette = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0]])
image = np.array([[0, 1, 2, 0], [0, 2, 1, 0]])
palette[image].shape

# %%
time = np.linspace(20, 145, 5)
data = np.sin(np.arange(20)).reshape(5, 4)
ind = data.argmax(axis=0)
time_max = time[ind]
print(time_max, data[ind, range(data.shape[1])].round(4))

# %%
rec = np.array([("x", 1, 2.5), ("y", 3, 4.5)], dtype=[("name", "U5"), ("n", "i4"), ("v", "f8")])
rec["v"] *= 2
rec.sort(order="v")
print(rec)

# %%
with np.errstate(divide="ignore"):
    print(np.log(np.array([0.0, 1.0])))
np.save("quick.npy", data)
loaded = np.load("quick.npy")
(loaded == data).all()
